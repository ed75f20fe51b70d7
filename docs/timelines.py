"""The timing diagram of every preset, for docs/protocols.md: docs/protocols/*.svg.

    .venv/bin/python -m docs.timelines

It draws them from the presets; a test says when they need to be drawn again.
"""

from pathlib import Path

from colortest.experiment.presets import PRESETS
from colortest.experiment.timeline import timeline_svg

DIAGRAMS = Path(__file__).resolve().parent / "protocols"


def diagrams() -> dict[str, str]:
    """File name → SVG."""
    return {f"{name}.svg": timeline_svg(preset, f"One trial of {name}") for name, preset in PRESETS.items()}


def main() -> None:
    DIAGRAMS.mkdir(exist_ok=True)
    for name, svg in diagrams().items():
        (DIAGRAMS / name).write_text(svg)


if __name__ == "__main__":
    main()
