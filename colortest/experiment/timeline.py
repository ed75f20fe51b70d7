"""The timing of one trial as a diagram, drawn from the numbers of a protocol. Pure: numbers in, SVG out.

A row of screens in their order, and below it what is on the screen when, to scale. Neutral greys on a ground of its
own, so that it is legible on light and on dark pages; no style, no script and no id, so that any page may hold it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from colortest.experiment.presets import (
    BALANCED,
    EITHER,
    FAKE,
    LEFT_FIRST,
    SEQUENTIAL,
    SINGLE,
    UNTIL_CHOICE,
    Protocol,
)
from colortest.experiment.words import passages

GROUND, INK, QUIET, SCREEN = "#f4f4f4", "#1c1c1c", "#5a5a5a", "#777777"
EMPTY, SHOWN, NOISE, OPEN = "#d2d2d2", "#3c3c3c", "#969696", "#f4f4f4"
PAD, WIDE, HIGH, GAP = 24, 132, 84, 20  # of the page, and of a screen
LEAST_SCREENS = 4  # that the diagram is wide
ROW, TAIL = 22, 70  # height of a row of the scale; width of an open end
STEPS = (100, 200, 500, 1000, 2000, 5000)  # between two marks of the scale, milliseconds
MOST_MARKS = 11


@dataclass(frozen=True)
class Screen:
    """What is on the screen for a while: `ms`, or until the choice where it is None."""

    draws: str  # a name of PICTURES
    name: str
    lasts: str
    colour: str
    ms: int | None


def timeline_svg(protocol: Protocol, title: str = "Timing of one trial") -> str:
    """The diagram of one trial, in words too: <title> and <desc> are for whoever does not see it.

    protocol: anything with its attributes, a study too.
    """
    rows = [list(_screens(protocol, exposure)) for exposure in protocol.exposures_ms]
    notes = list(_notes(protocol))
    most = max(rows, key=len)  # an exposure without limit needs no screen for the question
    width = 2 * PAD + max(len(most), LEAST_SCREENS) * (WIDE + GAP) - GAP
    parts = [*_pictures(most), *_scale(rows, width), *_lines(notes, _scale_end(len(rows)))]
    height = _scale_end(len(rows)) + 18 * len(notes) + PAD - 12
    said = " ".join(passages(protocol)[0].sentences)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'role="img" font-family="sans-serif" font-size="13">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(said)}</desc>",
            f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _screens(protocol: Protocol, exposure_ms: int) -> Iterator[Screen]:
    """What follows what in a trial with this exposure."""
    if protocol.blank_ms or protocol.first_blank_ms:
        yield _timed("cross", "blank", EMPTY, protocol.blank_ms)
    lasts = _exposures(protocol)
    shown = _shown(protocol)
    for number, (draws, name) in enumerate(shown):
        if number and protocol.gap_ms:
            yield _timed("empty", "blank", EMPTY, protocol.gap_ms)
        if exposure_ms == UNTIL_CHOICE:
            yield Screen(f"{draws} {_choice(protocol)}", f"{name}, {_question(protocol)}", lasts, SHOWN, None)
            return
        yield Screen(draws, name, lasts, SHOWN, exposure_ms)
    if protocol.masks:
        total = protocol.masks * protocol.mask_ms
        yield Screen("noise", "noise", f"{protocol.masks} × {protocol.mask_ms:,} ms", NOISE, total)
    if protocol.delay_ms:
        yield _timed("empty", "blank", EMPTY, protocol.delay_ms)
    yield Screen(_choice(protocol), _question(protocol), "until the choice", OPEN, None)


def _timed(draws: str, name: str, colour: str, ms: int) -> Screen:
    return Screen(draws, name, f"{ms:,} ms", colour, ms)


def _shown(protocol: Protocol) -> Sequence[tuple[str, str]]:
    """(picture, name) of the screens with stimuli."""
    if protocol.presentation == SINGLE:
        return [("single", "single image")]
    if protocol.presentation != SEQUENTIAL:
        return [("pair", "pair")]
    if protocol.order == LEFT_FIRST:
        return [("left", "left image"), ("right", "right image")]
    return [("left", "one image"), ("right", "the other image")]


def _choice(protocol: Protocol) -> str:
    """The picture of what one chooses from."""
    return "verdicts" if protocol.presentation == SINGLE else "places"


def _question(protocol: Protocol) -> str:
    return {FAKE: "which is fake?", EITHER: "real or fake?"}.get(protocol.question, "which is real?")


def _exposures(protocol: Protocol) -> str:
    """How long a stimulus is shown, for its screen."""
    if protocol.staircase_up_ms:
        return f"{protocol.exposures_ms[0]:,} ms, then adapted"
    timed = " or ".join(f"{one:,}" for one in protocol.exposures_ms if one != UNTIL_CHOICE)
    open_end = ["until the choice"] if UNTIL_CHOICE in protocol.exposures_ms else []
    return " or ".join([*([f"{timed} ms"] if timed else []), *open_end])


def _notes(protocol: Protocol) -> Iterator[str]:
    """What the pictures do not say."""
    if protocol.first_blank_ms != protocol.blank_ms:
        yield f"The first blank of a block lasts {protocol.first_blank_ms:,} ms."
    if protocol.presentation == SEQUENTIAL:
        balanced = protocol.order == BALANCED
        yield f"The left one comes first {'in half of the trials' if balanced else 'in every trial'}."
    if len(protocol.exposures_ms) > 1:
        yield "Each exposure is used in as many trials as any other."
    if protocol.staircase_up_ms:
        up, down = protocol.staircase_up_ms, protocol.staircase_down_ms
        yield f"After an error the next exposure is {up:,} ms longer, after a correct response {down:,} ms"
        yield f"shorter, from {protocol.shortest_ms:,} to {protocol.longest_ms:,} ms; each block begins anew."


def _pictures(screens: Sequence[Screen]) -> Iterator[str]:
    for number, screen in enumerate(screens):
        left = PAD + number * (WIDE + GAP)
        yield _text(left, PAD + 8, screen.name, weight="bold")
        yield f'<g transform="translate({left} {PAD + 20})">'
        yield f'<rect width="{WIDE}" height="{HIGH}" fill="{SCREEN}"/>'
        for part in screen.draws.split():
            yield PICTURES[part]
        yield "</g>"
        yield _text(left, PAD + HIGH + 40, screen.lasts, fill=QUIET)


def _scale_top() -> int:
    return PAD + HIGH + 64


def _scale_end(rows: int) -> int:
    """Where notes begin, below the marks of the scale."""
    return _scale_top() + rows * ROW + 36


def _scale(rows: Sequence[Sequence[Screen]], width: int) -> Iterator[str]:
    """What is on the screen when: a bar for each exposure, with an open end, over common marks."""
    longest = max(sum(screen.ms or 0 for screen in row) for row in rows)
    pixels = (width - 2 * PAD - TAIL) / max(longest, 1)
    top = _scale_top()
    for number, row in enumerate(rows):
        yield from _bar(row, top + number * ROW, pixels)
    bottom = top + len(rows) * ROW
    for mark in range(0, longest + 1, _step(longest)):
        x = PAD + mark * pixels
        yield f'<path d="M{x:.1f} {bottom - 4}v6" stroke="{QUIET}"/>'
        yield _text(x, bottom + 15, f"{mark:,}", fill=QUIET, size=11, anchor="start" if mark == 0 else "middle")
    yield _text(width - PAD, bottom + 15, "ms", fill=QUIET, size=11, anchor="end")


def _bar(row: Sequence[Screen], top: int, pixels: float) -> Iterator[str]:
    at = 0
    for screen in row:
        left, high = PAD + at * pixels, ROW - 6
        if screen.ms is None:
            end = f"M{left:.1f} {top}h{TAIL - 10}l8 {high / 2}l-8 {high / 2}H{left:.1f}z"
            yield f'<path d="{end}" fill="{screen.colour}" stroke="{QUIET}"/>'
            return
        size = f'width="{screen.ms * pixels:.1f}" height="{high}"'
        yield f'<rect x="{left:.1f}" y="{top}" {size} fill="{screen.colour}"/>'
        at += screen.ms


def _step(longest: int) -> int:
    """Between two marks: the shortest with which there are not too many."""
    return next((step for step in STEPS if longest / step < MOST_MARKS), max(longest, 1))


def _lines(notes: Sequence[str], top: int) -> Iterator[str]:
    for number, note in enumerate(notes):
        yield _text(PAD, top + 10 + 18 * number, note)


def _text(
    x: float, y: float, text: str, *, fill: str = INK, size: int = 13, weight: str = "normal", anchor: str = "start"
) -> str:
    attributes = f'fill="{fill}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y}" {attributes}>{escape(text)}</text>'


def _image(x: int, y: int = 20, side: int = 44) -> str:
    """A stimulus: two hills and a sun, in greys, for its colours are what the trial is about."""
    third = side / 3
    return (
        f'<g transform="translate({x} {y})"><rect width="{side}" height="{side}" fill="#e9e9e9"/>'
        f'<circle cx="{2.3 * third:.1f}" cy="{0.8 * third:.1f}" r="5" fill="#bdbdbd"/>'
        f'<path d="M0 {side}L{third:.1f} {1.3 * third:.1f}L{2 * third:.1f} {side}z" fill="#8e8e8e"/>'
        f'<path d="M{third:.1f} {side}L{2 * third:.1f} {1.8 * third:.1f}L{side} {side}z" fill="#555555"/></g>'
    )


def _place(x: int, y: int = 20, side: int = 44) -> str:
    """Where a stimulus was, and one chooses."""
    return f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="none" stroke="#000000" stroke-width="1.5"/>'


def _noise(x: int, y: int = 20, cells: int = 8, side: float = 5.5) -> str:
    greys = ("#2b2b2b", "#c4c4c4", "#6a6a6a", "#f0f0f0", "#969696")
    squares = (
        f'<rect x="{x + side * column}" y="{y + side * row}" width="{side}" height="{side}" '
        f'fill="{greys[(row * row + 3 * column * row + 2 * column) % len(greys)]}"/>'
        for row in range(cells)
        for column in range(cells)
    )
    return "".join(squares)


LEFT_X, RIGHT_X, MIDDLE_X = 16, 72, 44
WORDS = "".join(
    f'<text x="{x}" y="79" font-size="11" text-anchor="middle" fill="#000000">{word}</text>'
    for x, word in ((42, "real"), (90, "fake"))
)
PICTURES = {
    "empty": "",
    "cross": '<path d="M60 42h12M66 36v12" stroke="#000000" stroke-width="1.5"/>',
    "pair": _image(LEFT_X) + _image(RIGHT_X),
    "left": _image(LEFT_X),
    "right": _image(RIGHT_X),
    "single": _image(MIDDLE_X),
    "noise": _noise(MIDDLE_X),
    "places": _place(LEFT_X) + _place(RIGHT_X),
    "verdicts": _place(MIDDLE_X) + WORDS,
}
