"""What a participant will see, in plain words, from the numbers of a protocol. Pure; for researchers, in English."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colortest.experiment.presets import BALANCED, BETWEEN, EITHER, FAKE, SEQUENTIAL, SINGLE, UNTIL_CHOICE, Protocol

QUESTIONS = {EITHER: "Is it real or fake?", FAKE: "Which one is the fake?"}
REAL_QUESTION = "Which one is the real photo?"

PLATES = "Plates with hidden digits test colour vision"
VISION = {
    "SKIP": "Colour vision is not tested.",
    "RECORD": f"{PLATES}; the outcome is kept beside the responses and changes nothing.",
    "EXCLUDE": f"{PLATES}; who may see colours differently takes part and is excluded from the results.",
    "SCREEN_OUT": f"{PLATES}; who may see colours differently does not take part.",
}


INTERIM = {
    "SEQUENCE": "While the study is open, each fool rate is shown with an interval that holds however often one looks.",
    "HIDDEN": "While the study is open, no fool rate is shown.",
}


@dataclass(frozen=True)
class Passage:
    """Sentences under a heading."""

    heading: str
    sentences: tuple[str, ...]


def passages(protocol: Protocol) -> list[Passage]:
    """Everything that the protocol asks of a participant and of the responses, in the order in which it happens."""
    return [
        Passage("One trial", tuple(_trial(protocol))),
        Passage("The whole run", tuple(_run(protocol))),
        Passage("Who is counted", tuple(_counted(protocol))),
    ]


def arrival(
    *, colour_vision: str, room: tuple[int, int], minutes: int, languages: Sequence[str], retention_days: int
) -> Passage:
    """What happens before the first trial, and what becomes of the responses.

    Args:
        colour_vision: one of VISION.
        room: width and height that the browser's window needs, in its own pixels.
        minutes: that a run takes, roughly.
        languages: by name.
    """
    in_languages = f" in {_joined(languages, 'or')}" if languages else ""
    return Passage(
        "Before the first trial, and after the last",
        (
            f"The participant reads the consent text{in_languages}, and agrees by ticking a box.",
            f"The browser’s window must have room for {room[0]:,} × {room[1]:,} pixels.",
            VISION[colour_vision],
            "At the end the participant is told how often they were right.",
            f"It all takes about {_plural(minutes, 'minute', 'minutes')}.",
            f"Responses are erased {_plural(retention_days, 'day', 'days')} after they were given."
            if retention_days
            else "Responses are kept until somebody erases them.",
        ),
    )


def reporting(*, interim: str, equivalence_margin: float) -> Passage:
    """What is shown of the fool rates, and when one counts as no different.

    Args:
        interim: one of INTERIM.
        equivalence_margin: percentage points.
    """
    margin = f"{equivalence_margin:g} percentage point{'' if equivalence_margin == 1 else 's'}"
    return Passage(
        "What is reported",
        (
            INTERIM[interim],
            f"A fool rate counts as equivalent to 50 %, and two to each other, when they are shown to differ by less "
            f"than {margin}.",
        ),
    )


def _trial(protocol: Protocol) -> Iterator[str]:
    yield _blank(protocol)
    yield {SINGLE: _single, SEQUENTIAL: _sequential}.get(protocol.presentation, _side_by_side)(protocol)
    if protocol.presentation == SEQUENTIAL:
        balanced = protocol.order == BALANCED
        yield f"The left one comes first {'in half of the trials' if balanced else 'in every trial'}."
    if len(protocol.exposures_ms) > 1:
        yield "Each of these exposures is used in as many trials as any other."
    if protocol.staircase_up_ms:
        yield _staircase(protocol)
    if protocol.masks:
        noise = _plural(protocol.masks, "picture of noise follows", "pictures of noise follow")
        yield f"{noise} at once, {_ms(protocol.mask_ms)}{' each' if protocol.masks > 1 else ''}."
    yield _question(protocol)


def _blank(protocol: Protocol) -> str:
    first, others = protocol.first_blank_ms, protocol.blank_ms
    if first == others == 0:
        return "A trial begins without any empty screen."
    if first == others:
        return f"First the screen is empty and grey but for a small cross, for {_ms(others)}."
    return (
        f"First the screen is empty and grey but for a small cross: for {_ms(first)} in the first trial of a block, "
        f"for {_ms(others)} in the others."
    )


def _side_by_side(protocol: Protocol) -> str:
    return f"Then a real photo and its colorization appear side by side, {_lasting(protocol)}."


def _sequential(protocol: Protocol) -> str:
    gap = f"with {_ms(protocol.gap_ms)} of empty grey between them" if protocol.gap_ms else "with nothing between them"
    return (
        "Then a real photo and its colorization appear one after the other, each at its own side, "
        f"{_lasting(protocol)} each, {gap}."
    )


def _single(protocol: Protocol) -> str:
    return (
        "Then a single image appears, which is a real photo in half of the trials and a colorization in the others, "
        f"{_lasting(protocol)}."
    )


def _lasting(protocol: Protocol) -> str:
    """For how long stimuli are shown."""
    if protocol.staircase_up_ms:
        return f"for a time that adapts to the participant, from {_ms(protocol.exposures_ms[0])} on"
    timed = [_ms(one) for one in protocol.exposures_ms if one != UNTIL_CHOICE]
    unlimited = ["until the choice is made"] if UNTIL_CHOICE in protocol.exposures_ms else []
    return _joined([*(["for " + _joined(timed, "or")] if timed else []), *unlimited], "or")


def _staircase(protocol: Protocol) -> str:
    blocks = "In practice and in each block" if protocol.practice_trials else "In each block"
    return (
        f"{blocks} the first trial takes {_ms(protocol.exposures_ms[0])}; after an error the next takes "
        f"{_ms(protocol.staircase_up_ms)} more, after a correct response {_ms(protocol.staircase_down_ms)} less, "
        f"never under {_ms(protocol.shortest_ms)} nor over {_ms(protocol.longest_ms)}."
    )


def _question(protocol: Protocol) -> str:
    question = QUESTIONS.get(protocol.question, REAL_QUESTION)
    limit = "and the participant takes as long as they like to choose"
    if tuple(protocol.exposures_ms) == (UNTIL_CHOICE,):
        return f"With it comes the question “{question}”, {limit}."
    after = f"After {_ms(protocol.delay_ms)} of empty grey" if protocol.delay_ms else "Straight after it"
    return f"{after} comes the question “{question}”, {limit}."


def _run(protocol: Protocol) -> Iterator[str]:
    counts = protocol.counts
    yield _practice(protocol)
    if protocol.qualification:
        of = "its photos, or of its fakes," if protocol.presentation == SINGLE else "them"
        yield f"Who is right in fewer than {_percent(protocol.qualification)} of {of} does not go on."
    yield f"The test has {_plural(protocol.test_trials, 'trial', 'trials')}, without feedback."
    if counts.catch:
        catch = _plural(counts.catch, "of them is a catch trial", "of them are catch trials")
        yield f"{catch}, whose colorization is obviously wrong."
    if counts.blocks > 1:
        yield f"They come in {counts.blocks} blocks with a break before each."
    if counts.reserve:
        yield (
            f"Up to {_plural(counts.reserve, 'more trial makes', 'more trials make')} up for those whose exposure "
            "fails: too long, too short, hidden or shown twice."
        )
    each = "only one of the algorithms" if protocol.assignment == BETWEEN else "all algorithms under test"
    yield f"Each participant sees {each}, and no photo twice."
    if protocol.presentation != SINGLE:
        yield "The real photo stands on the left in half of the trials, drawn anew for each participant."


def _practice(protocol: Protocol) -> str:
    if not protocol.practice_trials:
        return "There is no practice: the test begins at once."
    trials, one = _plural(protocol.practice_trials, "trial", "trials"), protocol.practice_trials == 1
    told = f"after {'it' if one else 'each'} the participant is told whether it was right"
    untold = f"the participant is not told whether {'it was' if one else 'they were'} right"
    return f"Practice comes first, with {trials}, never counted; {told if protocol.feedback else untold}."


def _counted(protocol: Protocol) -> Iterator[str]:
    rules = list(_rules(protocol))
    if rules:
        yield f"Excluded from the results, and never deleted, is {_joined(rules, 'or')}."
    else:
        yield "Nobody is excluded for what they choose or how fast."
    if protocol.quota:
        each = " for each algorithm" if protocol.assignment == BETWEEN else ""
        people = _plural(protocol.quota, "person who is not excluded has", "people who are not excluded have")
        yield f"The study is full when {people} finished{each}."
    else:
        yield "The study takes people until you close it."


def _rules(protocol: Protocol) -> Iterator[str]:
    if protocol.counts.catch and protocol.min_catch_accuracy:
        yield f"who catches fewer than {_percent(protocol.min_catch_accuracy)} of the catch trials"
    if protocol.max_fast_share < 1:
        yield f"who chooses within 200 ms in more than {_percent(protocol.max_fast_share)} of the trials"
    if protocol.max_same_side_share < 1:
        same = "the same word" if protocol.presentation == SINGLE else "the same side"
        yield f"who chooses {same} in more than {_percent(protocol.max_same_side_share)} of the trials"
    if protocol.max_flagged_share < 1:
        yield f"whose exposures fail in more than {_percent(protocol.max_flagged_share)} of the test trials"


def _plural(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _ms(milliseconds: int) -> str:
    return f"{milliseconds:,} ms"


def _percent(share: float) -> str:
    return f"{100 * share:.6g} %"


def _joined(parts: Sequence[str], last: str) -> str:
    """“a, b or c”, where `last` is the word before the last part."""
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
