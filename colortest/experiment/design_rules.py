"""Which numbers of a protocol cannot be played together, in words. The database refuses the same. Pure."""

from collections.abc import Iterator

from colortest.experiment.presets import EITHER, SEQUENTIAL, SINGLE, UNTIL_CHOICE, Protocol

# The column beside which a sentence is said, and the sentence.
Mistake = tuple[str, str]


def mistakes(protocol: Protocol) -> list[Mistake]:
    """Everything that does not go together, at most one sentence for each column."""
    found: dict[str, str] = {}
    for rule in (_question, _exposures, _masks, _staircase, _trials):
        for column, sentence in rule(protocol):
            found.setdefault(column, sentence)
    return list(found.items())


def _question(protocol: Protocol) -> Iterator[Mistake]:
    single, either = protocol.presentation == SINGLE, protocol.question == EITHER
    if single and not either:
        yield "question", "Of a single image one can only ask whether it is real or fake."
    if either and not single:
        yield "question", "Of two images one can only ask which one is real, or which one is fake."


def _exposures(protocol: Protocol) -> Iterator[Mistake]:
    if not protocol.exposures_ms:
        yield "exposures_ms", "At least one exposure is needed."
    if len(set(protocol.exposures_ms)) < len(protocol.exposures_ms):
        yield "exposures_ms", "Each exposure is named once."
    if UNTIL_CHOICE in protocol.exposures_ms:
        if protocol.presentation == SEQUENTIAL:
            yield (
                "exposures_ms",
                "Images that follow each other cannot stay until the choice: give their time in milliseconds.",
            )
        if protocol.masks:
            yield "masks", "Noise needs exposures that end by themselves, and 0 ms means until the choice."
        if _adapts(protocol):
            yield "exposures_ms", "A staircase needs a time to start from, and 0 ms means until the choice."


def _masks(protocol: Protocol) -> Iterator[Mistake]:
    if protocol.masks and not protocol.mask_ms:
        yield "mask_ms", "How long is each picture of noise shown?"
    if protocol.mask_ms and not protocol.masks:
        yield "mask_ms", "There is no picture of noise to show for this time: say how many, or make it 0 ms."


def _staircase(protocol: Protocol) -> Iterator[Mistake]:
    if not _adapts(protocol):
        return
    if not protocol.staircase_up_ms:
        yield "staircase_up_ms", "A staircase needs both steps: how much longer after an error?"
    if not protocol.staircase_down_ms:
        yield "staircase_down_ms", "A staircase needs both steps: how much shorter after a correct response?"
    if not protocol.shortest_ms:
        yield "shortest_ms", "The shortest exposure of a staircase is more than 0 ms."
    if protocol.longest_ms < protocol.shortest_ms:
        yield "longest_ms", "The longest exposure of the staircase is shorter than its shortest."
    if len(protocol.exposures_ms) > 1:
        yield "exposures_ms", "A staircase starts from one exposure, not from several."
    elif not all(protocol.shortest_ms <= one <= protocol.longest_ms for one in protocol.exposures_ms):
        yield "exposures_ms", "A staircase starts between its shortest and its longest exposure."


def _trials(protocol: Protocol) -> Iterator[Mistake]:
    if protocol.test_trials and protocol.counts.test < 1:
        yield "catch_share", "At least one trial must not be a catch trial."
    if protocol.blocks > protocol.test_trials:
        yield "blocks", "There are more blocks than trials to put into them."
    least = 2 if protocol.presentation == SINGLE else 1
    if protocol.qualification and protocol.practice_trials < least:
        yield "qualification", "Without practice nobody can qualify: ask for practice trials, or make it 0 %."


def _adapts(protocol: Protocol) -> bool:
    return bool(protocol.staircase_up_ms or protocol.staircase_down_ms)
