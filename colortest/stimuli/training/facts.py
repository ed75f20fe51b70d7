"""The plain facts of a training: what learned, from what, and on what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from colortest.stimuli.training.lenient import is_count, is_number, joined, mapping, rows, text

Json = Mapping[str, Any]

ORIGINS = {"none": "random weights", "imagenet": "torchvision’s ImageNet weights"}
TITLES = {"half": "bf16 where safe", "torch": "torch"}
TOLD_ELSEWHERE = {"name", "command", "machine", "threads", "photos", "encoder", "start"}


@dataclass(frozen=True)
class Fact:
    """A name, and one or more lines about it."""

    name: str
    lines: tuple[str, ...]


def read_facts(network: Json, training: Json) -> tuple[Fact, ...]:
    """Those that the JSON tells, plain values that nobody here has heard of included."""
    facts = [*_known(network, training), *_others(training)]
    return tuple(Fact(name, tuple(lines)) for name, lines in facts if any(lines))


def _known(network: Json, training: Json) -> Iterator[tuple[str, list[str]]]:
    about = text(mapping(training.get("configuration")).get("about"))
    size = text(network.get("size"))
    encoder, start = training.get("encoder"), training.get("start")
    yield "Configuration", [joined(": ", text(training.get("name")), about)]
    yield "Network", [_network(network)]
    yield "Size", [f"{size} × {size} pixels" if size else ""]
    yield "Photos", _photos(training.get("photos"))
    yield "Began with", [_origin(start)]
    yield "Encoder", [_origin(encoder) if encoder != "none" or not start else ""]
    yield "Training time", [_minutes(training)]
    yield "Machine", [text(training.get("machine"))]


def _others(training: Json) -> Iterator[tuple[str, list[str]]]:
    for name, value in mapping(training).items():
        if name not in TOLD_ELSEWHERE:
            yield TITLES.get(name, name.replace("_", " ").capitalize()), [text(value)]


def _network(options: Json) -> str:
    """Its kind, then the other options: 'resnet: dropout 0.0, encoder resnet18, skips'."""
    others = [_option(name, value) for name, value in mapping(options).items() if name not in ("kind", "size")]
    return joined(": ", text(options.get("kind")), joined(", ", *others))


def _option(name: str, value: Any) -> str:
    name = name.replace("_", " ")
    if isinstance(value, bool):
        return name if value else f"no {name}"
    said = "-".join(map(text, value)) if isinstance(value, list) else text(value)
    return f"{name} {said}" if said else ""


def _photos(value: Any) -> list[str]:
    """A line about each set, after one about all of them."""
    sets = {name: counts for name, counts in mapping(value).items() if isinstance(counts, dict)}
    each = [joined(": ", name, _counts(counts)) for name, counts in sets.items()]
    together = {key: sum(_count(counts.get(key)) for counts in sets.values()) for key in ("learned", "held_out")}
    return [f"{_counts(together)}, in {len(sets)} sets", *each] if len(sets) > 1 else each


def _counts(counts: Json) -> str:
    words = {"learned": "learned from", "held_out": "held out", "side": "pixels a side"}
    return joined(", ", *(f"{_count(counts.get(key)):,} {word}" for key, word in words.items() if key in counts))


def _count(value: Any) -> int:
    return value if is_count(value) else 0


def _origin(weights: Any) -> str:
    """Where weights to begin with came from: a word, a file's name, or a file and what its own JSON says."""
    if not isinstance(weights, dict):
        return ORIGINS.get(text(weights), text(weights))
    return joined(": ", text(weights.get("file")), joined(", ", *_schooling(mapping(weights.get("training")))))


def _schooling(training: Json) -> Iterator[str]:
    """Of weights that had a training of their own: its length, and how well an encoder learned to name photos."""
    epochs, photos = rows(training.get("epochs")), training.get("photos")
    yield text(training.get("name"))
    if epochs:
        yield f"{len(epochs)} epochs"
    if learned := _count(photos) or sum(_count(one.get("learned")) for one in rows(list(mapping(photos).values()))):
        yield f"{learned:,} photos"
    if epochs and is_number(right := epochs[-1].get("top1")):
        yield f"names {100 * right:.1f} % of held-out photos right"


def _minutes(training: Json) -> str:
    minutes = [stage["minutes"] for stage in rows(training.get("stages")) if is_number(stage.get("minutes"))]
    return f"{sum(minutes):.0f} min" if minutes else ""
