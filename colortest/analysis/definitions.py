"""What every number on our pages means, in plain words, with its formula or its source: `definitions.toml`. Pure."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Definition:
    """One number. anchor: where it stands on the page of definitions."""

    anchor: str
    name: str
    text: str
    source: str = ""


@dataclass(frozen=True)
class Chapter:
    """Definitions that belong together."""

    heading: str
    definitions: tuple[Definition, ...]


def _read(file: Path) -> tuple[Chapter, ...]:
    chapters = tomllib.loads(file.read_text(encoding="utf-8"))["chapters"]
    return tuple(Chapter(one["heading"], tuple(Definition(**each) for each in one["definitions"])) for one in chapters)


CHAPTERS = _read(Path(__file__).with_suffix(".toml"))
DEFINITIONS = {one.anchor: one for chapter in CHAPTERS for one in chapter.definitions}
