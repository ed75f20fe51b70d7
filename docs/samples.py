"""The picture of the model card, part of `docs/train.sh`: the best and the worst that a network does.

    python -m docs.samples CHECKPOINT PHOTOS PICTURE

PHOTOS is a folder of crops, NAME-NUMBER.png. Of each photograph it shows the crop whose colours are nearest to the
truth's, beside grey's distance, and the one whose colours are farthest.
"""

import sys
from itertools import groupby
from pathlib import Path

from generator.baselines import grey
from generator.colorizer import Colorizer
from generator.comparison import draw, read_photos
from generator.data import Square
from generator.metrics.rows import measure

SIZE = 256
SHOWN = 144  # pixels


def main() -> None:
    checkpoint, photos, picture = map(Path, sys.argv[1:])
    colorizer = Colorizer.load(checkpoint, "cpu")
    squares = sorted(read_photos([photos], SIZE)[0], key=lambda square: square.name)
    errors = measure(colorizer, [square.photo for square in squares])
    of_grey = dict(
        zip([square.name for square in squares], (errors["ab_error"] / errors["ab_error_grey"]).tolist(), strict=True)
    )
    chosen: list[Square] = []
    for _, crops in groupby(squares, lambda square: Path(square.name).stem.rsplit("-", 1)[0]):
        ordered = sorted(crops, key=lambda square: of_grey[square.name])
        chosen += [ordered[0], ordered[-1]]
    print("error, of grey's:", ", ".join(f"{Path(one.name).stem} {of_grey[one.name]:.2f}" for one in chosen))
    shown = [square.photo for square in chosen]
    rows = {"photo": shown, "grey": grey(shown), "colorized": colorizer.colorize(shown)}
    figure = draw(rows)
    figure.resize((figure.width * SHOWN // SIZE, figure.height * SHOWN // SIZE)).save(picture)


if __name__ == "__main__":
    main()
