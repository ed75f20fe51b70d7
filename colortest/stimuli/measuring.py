"""Writes of the quality numbers of colorizations that were made before there were any."""

import logging

from colortest.stimuli import rendering
from colortest.stimuli.models import Colorization, read_stimulus
from colortest.stimuli.quality import quality

log = logging.getLogger(__name__)
AT_ONCE = 200  # about a second of work


def measure_colorizations(*, limit: int = AT_ONCE) -> int:
    """Store what can be measured on up to `limit` colorizations that are READY without it; returns how many.

    One whose file is gone stays as it is: whoever looks at it is told, and the others do not wait for it.
    """
    measured = [row for row in Colorization.objects.unmeasured().select_related("photo")[:limit] if _measure(row)]
    Colorization.objects.bulk_update(measured, ["psnr", "colourfulness"])
    return len(measured)


def _measure(row: Colorization) -> bool:
    try:
        image, photo = (rendering.stored(read_stimulus(file)) for file in (row.file, row.photo.file))
    except OSError as error:
        log.warning("colorization %s cannot be measured: %s", row.pk, error)
        return False
    found = quality(image, photo)
    row.psnr, row.colourfulness = found.psnr, found.colourfulness
    return True
