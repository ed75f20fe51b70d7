"""Whether a study's rules exclude a participant: judged in this one place, when the run finishes."""

from collections import Counter

from colortest.experiment.exclusion import FAST_MS, Conduct, Rules, Tally, reasons
from colortest.experiment.models import Participant, Response, Study, Trial

SIDE_WORDS = {Trial.Side.LEFT: "left", Trial.Side.RIGHT: "right"}
VERDICT_WORDS = {Trial.Side.LEFT: "real", Trial.Side.RIGHT: "fake"}


def exclusion_reason(participant: Participant) -> str:
    """Why the rules on attention exclude this participant, several reasons joined; empty when they do not."""
    return "; ".join(reasons(conduct_of(participant), rules_of(participant.study)))


def rules_of(study: Study) -> Rules:
    """The numbers of its design."""
    return Rules(
        min_catch_accuracy=study.min_catch_accuracy,
        max_fast_share=study.max_fast_share,
        max_same_side_share=study.max_same_side_share,
        max_flagged_share=study.max_flagged_share,
    )


def conduct_of(participant: Participant) -> Conduct:
    """What a participant did so far."""
    given = Response.objects.with_fooled().filter(trial__participant=participant).select_related("trial")
    responses = list(given.exclude(trial__kind=Trial.Kind.PRACTICE))
    catch = [response for response in responses if response.trial.kind == Trial.Kind.CATCH and not response.flags]
    test = [response for response in responses if response.trial.kind == Trial.Kind.TEST]
    times = [response.rt_ms for response in responses if response.rt_ms is not None]
    side, chosen = Counter(response.chosen_side for response in responses).most_common(1)[0] if responses else ("", 0)
    words = VERDICT_WORDS if participant.study.single else SIDE_WORDS
    return Conduct(
        caught=Tally(sum(response.correct for response in catch), len(catch)),
        fast=Tally(sum(ms < FAST_MS for ms in times), len(times)),
        same_side=Tally(chosen, len(responses)),
        flagged=Tally(sum(bool(response.flags) for response in test), len(test)),
        favourite=words[Trial.Side(side)] if side else "",
    )
