"""How a trial looked and how many there were, in the language that is active."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from colortest.analysis.methods.facts import Facts
from colortest.analysis.methods.words import joined, milliseconds, percent
from colortest.experiment.presets import BALANCED, BETWEEN, EITHER, FAKE, SEQUENTIAL, SINGLE, UNTIL_CHOICE, Protocol


def protocol_sentences(facts: Facts) -> Iterator[str]:
    """Every number of the protocol."""
    protocol = facts.protocol
    yield _("The protocol started from the preset “%(preset)s”.") % {"preset": facts.preset}
    yield from _trial(protocol)
    yield from _run(facts)


def _trial(protocol: Protocol) -> Iterator[str]:
    yield _("A trial began with a blank of %(blank)s, %(first)s in the first trial of a block.") % {
        "blank": milliseconds(protocol.blank_ms),
        "first": milliseconds(protocol.first_blank_ms),
    }
    yield _shown(protocol) % {"exposure": _exposure(protocol), "gap": milliseconds(protocol.gap_ms)}
    if protocol.presentation == SEQUENTIAL:
        yield (
            _("The left one came first in half of the trials.")
            if protocol.order == BALANCED
            else _("The left one always came first.")
        )
    if protocol.staircase_up_ms:
        yield _staircase(protocol)
    if protocol.masks:
        yield ngettext(
            "%(count)s picture of noise followed for %(each)s.",
            "%(count)s pictures of noise followed, for %(each)s each.",
            protocol.masks,
        ) % {"count": protocol.masks, "each": milliseconds(protocol.mask_ms)}
    yield _asked(protocol) % {"delay": milliseconds(protocol.delay_ms), "question": _question(protocol)}


def _asked(protocol: Protocol) -> str:
    if protocol.exposures_ms == (UNTIL_CHOICE,):
        return _("With it came the question “%(question)s”, without a time limit.")
    if protocol.delay_ms:
        return _("After another %(delay)s came the question “%(question)s”, without a time limit.")
    return _("Straight afterwards came the question “%(question)s”, without a time limit.")


def _shown(protocol: Protocol) -> str:
    if protocol.presentation == SINGLE:
        return _(
            "Then one image was shown, a photo in half of the trials and a colorization in the others, %(exposure)s."
        )
    if protocol.presentation == SEQUENTIAL:
        return _(
            "Then a photo and its colorization were shown one after the other, each at its own side and %(exposure)s, "
            "with a blank of %(gap)s between them."
        )
    return _("Then a photo and its colorization were shown side by side %(exposure)s.")


def _exposure(protocol: Protocol) -> str:
    if protocol.staircase_up_ms:
        return _("for a time that adapted to the participant")
    timed = [milliseconds(one) for one in protocol.exposures_ms if one != UNTIL_CHOICE]
    parts = [_("for %(times)s") % {"times": joined(timed, last=_("or"))}] if timed else []
    parts += [_("until the choice")] if UNTIL_CHOICE in protocol.exposures_ms else []
    several = _(" (each in as many trials)") if len(protocol.exposures_ms) > 1 else ""
    return joined(parts, last=_("or")) + several


def _staircase(protocol: Protocol) -> str:
    return _(
        "It started at %(start)s in each block, grew by %(up)s after an error and shrank by %(down)s after a correct "
        "response, between %(shortest)s and %(longest)s."
    ) % {
        "start": milliseconds(protocol.exposures_ms[0]),
        "up": milliseconds(protocol.staircase_up_ms),
        "down": milliseconds(protocol.staircase_down_ms),
        "shortest": milliseconds(protocol.shortest_ms),
        "longest": milliseconds(protocol.longest_ms),
    }


def _question(protocol: Protocol) -> str:
    """As the participant read it."""
    if protocol.question == EITHER:
        return _("Was it real or fake?")
    return _("Which one was the fake?") if protocol.question == FAKE else _("Which one was the real photo?")


def _run(facts: Facts) -> Iterator[str]:
    protocol, counts = facts.protocol, facts.protocol.counts
    yield _practice(protocol)
    if protocol.qualification:
        share = percent(protocol.qualification)
        yield _("Who was right in fewer than %(share)s of them did not go on.") % {"share": share}
    yield ngettext(
        "Each participant then had %(test)s test trials in %(blocks)s block.",
        "Each participant then had %(test)s test trials in %(blocks)s blocks.",
        protocol.blocks,
    ) % {"test": protocol.test_trials, "blocks": protocol.blocks}
    if counts.catch:
        yield ngettext(
            "%(count)s of them was a catch trial, with an obviously wrong colorization (%(names)s).",
            "%(count)s of them were catch trials, with an obviously wrong colorization (%(names)s).",
            counts.catch,
        ) % {"count": counts.catch, "names": joined(facts.catch_algorithms)}
    if counts.reserve:
        yield _("Up to %(count)s more trials made up for those that were flagged.") % {"count": counts.reserve}
    yield (
        _("Each saw one of the algorithms, and no photo twice.")
        if protocol.assignment == BETWEEN
        else _("Each saw all algorithms, and no photo twice.")
    )
    if protocol.presentation != SINGLE:
        yield _("The photo stood on the left in half of the trials, by participant and by algorithm.")
    if protocol.quota:
        yield _quota(protocol)


def _practice(protocol: Protocol) -> str:
    if not protocol.practice_trials:
        return _("There was no practice.")
    told = _("with feedback") if protocol.feedback else _("without feedback")
    return ngettext(
        "%(count)s practice trial %(told)s came first.",
        "%(count)s practice trials %(told)s came first.",
        protocol.practice_trials,
    ) % {"count": protocol.practice_trials, "told": told}


def _quota(protocol: Protocol) -> str:
    if protocol.assignment == BETWEEN:
        return _("The study was to take %(count)s people for each algorithm.") % {"count": protocol.quota}
    return _("The study was to take %(count)s people.") % {"count": protocol.quota}
