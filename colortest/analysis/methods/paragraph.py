"""The sentences of a methods paragraph, in the language that is active."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from colortest.analysis.methods.facts import Facts
from colortest.analysis.methods.protocol import protocol_sentences
from colortest.analysis.methods.words import decimal, joined, percent
from colortest.analysis.statistics.weights import DRAWS

HASH = 12  # digits of a checkpoint's SHA-256 that tell it from all others


def paragraph(facts: Facts) -> str:
    """All sentences, in the order of a paper: what was shown, how, to whom, who is left out, and how it is analysed."""
    parts = (_stimuli(facts), protocol_sentences(facts), _people(facts), _left_out(facts), _analysis(facts))
    return " ".join(sentence for part in parts for sentence in part)


def _stimuli(facts: Facts) -> Iterator[str]:
    splits = [_("%(count)s of “%(split)s”") % {"count": count, "split": split} for split, count in facts.photos.items()]
    algorithms = [f"{name} (SHA-256 {sha256[:HASH]})" if sha256 else name for name, sha256 in facts.algorithms]
    yield _(
        "We showed %(count)s photos of the test set “%(test_set)s” (%(splits)s) and their colorizations by %(by)s."
    ) % {
        "count": sum(facts.photos.values()),
        "test_set": facts.test_set,
        "splits": joined(splits),
        "by": joined(algorithms),
    }
    if not facts.imported:
        yield _("All were 256 × 256 pixels, and a colorization had the lightness of its photo.")


def _people(facts: Facts) -> Iterator[str]:
    if facts.imported:
        yield _("The responses were given elsewhere and read from a file; the protocol is the one stated with it.")
    elif facts.first and facts.last:
        yield _("People took part online, recruited through %(recruiter)s, from %(first)s to %(last)s.") % {
            "recruiter": _recruiter(facts.recruiter),
            "first": facts.first.isoformat(),
            "last": facts.last.isoformat(),
        }
        yield from _checks(facts)
    yield _("%(started)s people began and %(finished)s gave every response.") % {
        "started": facts.started,
        "finished": facts.finished,
    }
    if facts.screened_out:
        yield ngettext(
            "%(count)s person did not meet what the study asked of eyes, screen or practice.",
            "%(count)s people did not meet what the study asked of eyes, screen or practice.",
            facts.screened_out,
        ) % {"count": facts.screened_out}
    if facts.withdrawn:
        yield ngettext(
            "%(count)s person withdrew, and what they had given was erased.",
            "%(count)s people withdrew, and what they had given was erased.",
            facts.withdrawn,
        ) % {"count": facts.withdrawn}


def _checks(facts: Facts) -> Iterator[str]:
    known = {"en": _("English"), "es": _("Spanish")}
    languages = [known.get(code, code) for code in facts.languages]
    yield _("The pages were in %(languages)s.") % {"languages": joined(languages, last=_("or"))}
    yield _("The browser’s window had at least %(width)s × %(height)s pixels.") % {
        "width": facts.window[0],
        "height": facts.window[1],
    }
    yield {
        "SKIP": _("Colour vision was not tested."),
        "RECORD": _("Colour vision was screened with plates of hidden digits, and nobody was left out for it."),
        "EXCLUDE": _(
            "Colour vision was screened with plates of hidden digits; who may see colours differently was excluded."
        ),
        "SCREEN_OUT": _(
            "Colour vision was screened with plates of hidden digits; who may see colours differently was turned away."
        ),
    }[facts.colour_vision]


def _recruiter(value: str) -> str:
    known = {"PROLIFIC": "Prolific", "SONA": "SONA", "CONNECT": "CloudResearch Connect", "PANEL": _("a panel")}
    return known.get(value, _("an open link"))


def _left_out(facts: Facts) -> Iterator[str]:
    rules = list(_rules(facts))
    if rules:
        excluded = joined(rules, last=_("or"))
        yield _("Set before the study opened, the rules excluded whoever %(rules)s.") % {"rules": excluded}
    yield _excluded(facts)
    yield from _flagged(facts)
    yield _("%(countable)s responses of %(people)s people are counted.") % {
        "countable": facts.countable,
        "people": facts.finished - facts.excluded,
    }


def _flagged(facts: Facts) -> Iterator[str]:
    if not facts.imported:
        yield _(
            "A trial was flagged when its exposure missed by more than a frame or 25 ms, when the page was hidden "
            "meanwhile, or when the stimuli were shown again."
        )
    if facts.shown:
        yield _("%(flagged)s of %(shown)s test trials (%(share)s) were flagged and are not counted.") % {
            "flagged": facts.flagged,
            "shown": facts.shown,
            "share": percent(facts.flagged / facts.shown),
        }


def _rules(facts: Facts) -> Iterator[str]:
    protocol = facts.protocol
    if protocol.counts.catch and protocol.min_catch_accuracy:
        yield _("caught fewer than %(share)s of the catch trials") % {"share": percent(protocol.min_catch_accuracy)}
    if protocol.max_fast_share < 1:
        share = percent(protocol.max_fast_share)
        yield _("responded within 200 ms in more than %(share)s of the trials") % {"share": share}
    if protocol.max_same_side_share < 1:
        yield _("made the same choice in more than %(share)s of the trials") % {
            "share": percent(protocol.max_same_side_share)
        }
    if protocol.max_flagged_share < 1:
        yield _("had more than %(share)s of the test trials flagged") % {"share": percent(protocol.max_flagged_share)}


def _excluded(facts: Facts) -> str:
    if not facts.excluded:
        return _("Nobody was excluded.")
    reasons = [f"{_reason(reason)}: {people}" for reason, people in facts.reasons.items()]
    return ngettext(
        "%(count)s person was excluded (%(reasons)s).", "%(count)s people were excluded (%(reasons)s).", facts.excluded
    ) % {"count": facts.excluded, "reasons": "; ".join(reasons)}


def _reason(rule: str) -> str:
    """The words of `experiment.exclusion.RULES`, which are English; a reason of nobody's rules is told as it is."""
    known = {
        "caught too few catch trials": _("caught too few catch trials"),
        "responded too fast too often": _("responded too fast too often"),
        "chose the same too often": _("chose the same too often"),
        "too many exposures failed": _("too many exposures failed"),
        "may see colours differently": _("may see colours differently"),
    }
    return known.get(rule, rule)


def _analysis(facts: Facts) -> Iterator[str]:
    yield _("The fool rate is the share of these responses in which the colorization was taken for the real photo.")
    yield _(
        "Its 95 %% intervals are percentiles of %(draws)s bootstrap draws with Poisson weights of mean 1 for "
        "participants and, independently, for photos, as both are samples (Owen and Eckles, 2012), with the "
        "variance of independent responses taken off once; seed %(seed)s."
    ) % {"draws": DRAWS, "seed": facts.seed}
    yield _(
        "No interval ends inside Wilson’s; for comparison we also computed the bootstrap of AMT_Real_vs_Fake, which "
        "resamples participants and then their trials."
    )
    yield _(
        "Differences are taken within the same draws, so that they are paired by participant and photo where the "
        "design is; p values are two-sided and corrected by Holm’s method."
    )
    yield _(
        "Equivalence, to 50 %% and between conditions, was tested by two one-sided tests with a margin of %(margin)s "
        "points."
    ) % {"margin": decimal(facts.margin)}
    yield _(
        "Sensitivity is told as d′ with its criterion, so that a preference for one side does not count as skill; fool "
        "rates of single photos are shrunk towards their mean by a beta-binomial model; a mixed logistic model with "
        "crossed random effects of participants and photos served as a check."
    )
    if not facts.imported:
        yield from _erased(facts)
        yield from _looked_at(facts)
        yield _("The design was frozen before the first participant (SHA-256 %(hash)s).") % {"hash": facts.design_hash}


def _erased(facts: Facts) -> Iterator[str]:
    if facts.retention_days:
        yield ngettext(
            "Responses are erased %(count)s day after they were given.",
            "Responses are erased %(count)s days after they were given.",
            facts.retention_days,
        ) % {"count": facts.retention_days}
    if facts.erased:
        yield ngettext(
            "As agreed, responses have been erased after %(count)s day; every count is from before that.",
            "As agreed, responses have been erased after %(count)s days; every count is from before that.",
            facts.retention_days,
        ) % {"count": facts.retention_days}


def _looked_at(facts: Facts) -> Iterator[str]:
    """What could be seen before the end."""
    if facts.interim == "HIDDEN":
        yield _("No fool rate was shown to anybody while the study was open.")
    else:
        yield _(
            "While the study was open, its fool rates were shown with bounds that hold at every look: a confidence "
            "sequence over participants (Waudby-Smith and Ramdas, 2024), widened by what other photos might change."
        )
    if facts.pauses:
        yield ngettext(
            "It was paused %(count)s time; meanwhile nobody new took part, and no more was shown than before.",
            "It was paused %(count)s times; meanwhile nobody new took part, and no more was shown than before.",
            facts.pauses,
        ) % {"count": facts.pauses}
    if facts.reopenings:
        yield ngettext(
            "It was closed and opened again %(count)s time; while it was closed, fool rates could be seen.",
            "It was closed and opened again %(count)s times; while it was closed, fool rates could be seen.",
            facts.reopenings,
        ) % {"count": facts.reopenings}
