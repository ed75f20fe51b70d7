"""The methods paragraph says every number of the protocol, who is left out and why, in both languages."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from colortest.analysis.methods import methods_paragraph
from colortest.analysis.methods.facts import Facts, facts_of
from colortest.analysis.methods.paragraph import paragraph
from colortest.experiment import services
from colortest.experiment.exclusion import RULES
from colortest.experiment.models import Participant, Study
from colortest.experiment.presets import PRESETS, Protocol
from tests.analysis.test_fool_rates import LATE, play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db

FACTS = Facts(
    protocol=Protocol(),
    preset="thesis-2020",
    test_set="Landscapes",
    photos={"test": 120, "train": 80},
    algorithms=(("ResNet-18 generator", "0123456789abcdef" * 4), ("Grey", "")),
    catch_algorithms=("Random colour",),
    recruiter="PROLIFIC",
    colour_vision="EXCLUDE",
    window=(640, 480),
    languages=("en", "es"),
    retention_days=365,
    erased=False,
    interim="HIDDEN",
    pauses=0,
    reopenings=0,
    margin=7.5,
    design_hash="feed" * 16,
    seed=987654,
    imported="",
    first=date(2026, 3, 2),
    last=date(2026, 3, 9),
    started=47,
    finished=43,
    screened_out=2,
    withdrawn=1,
    excluded=3,
    reasons={"caught too few catch trials": 2, "asked to": 1},
    shown=1548,
    flagged=31,
    countable=1404,
)
# Every number of a protocol, as the paragraph must tell it where it is used.
TIMES = Protocol(
    presentation="SEQUENTIAL",
    question="FAKE",
    exposures_ms=(701, 1303),
    first_blank_ms=1201,
    blank_ms=907,
    gap_ms=611,
    delay_ms=103,
    masks=4,
    mask_ms=31,
    order="BALANCED",
    assignment="BETWEEN",
    blocks=3,
    practice_trials=11,
    qualification=0.65,
    test_trials=53,
    reserve_share=0.2,
    catch_share=0.15,
    min_catch_accuracy=0.55,
    max_fast_share=0.21,
    max_same_side_share=0.91,
    max_flagged_share=0.33,
    quota=44,
)


def test_where_no_counts_were_kept_before_responses_were_erased_it_says_so(make_study: MakeStudy) -> None:
    study = make_study()
    assert "bootstrap" in methods_paragraph(study, "en")
    study.events.create(what="EXPIRED")
    assert "it can no longer be written" in methods_paragraph(study, "en")
    assert "ya no puede escribirse" in methods_paragraph(study, "es")


def test_who_could_see_fool_rates_while_a_study_was_closed_is_told() -> None:
    for interim in ("HIDDEN", "SEQUENCE"):
        facts = replace(FACTS, interim=interim)
        assert "closed and opened again" not in _told(facts, "en")
        assert "closed and opened again 2 times" in _told(replace(facts, reopenings=2), "en")
        assert "se volvió a abrir 2 veces" in _told(replace(facts, reopenings=2), "es")


def test_a_pause_is_told_as_what_it_is(study: Study) -> None:
    for _ in range(2):
        services.open_study(study=services.pause_study(study=study))
    facts = facts_of(study)
    assert facts
    assert (facts.pauses, facts.reopenings) == (2, 0)
    assert "It was paused 2 times; meanwhile nobody new took part" in _told(facts, "en")
    assert "Se puso en pausa 2 veces" in _told(facts, "es")
    services.open_study(study=services.close_study(study=study))
    facts = facts_of(study)
    assert facts
    assert (facts.pauses, facts.reopenings) == (2, 1)


def test_every_number_of_a_protocol_is_told_in_both_languages(study: Study) -> None:
    for language in ("en", "es"):
        told = _told(replace(FACTS, protocol=TIMES), language)
        numbers = {701, 1303, 1201, 907, 611, 103, 4, 31, 3, 11, 53, TIMES.counts.catch, TIMES.counts.reserve, 44}
        assert {str(number) for number in numbers} <= set(re.findall(r"\d+", told))
        for share in ("65 %", "55 %", "21 %", "91 %", "33 %"):
            assert share in told


def test_a_staircase_is_told_with_its_steps() -> None:
    told = _told(replace(FACTS, protocol=PRESETS["hype-time"]), "en")
    for part in (
        "500 ms",
        "30 ms",
        "10 ms",
        "100 ms",
        "1000 ms",
        "450 test trials in 3 blocks",
        "Was it real or fake?",
    ):
        assert part in told


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_makes_whole_sentences(preset: str) -> None:
    for language in ("en", "es"):
        told = _told(replace(FACTS, protocol=PRESETS[preset], preset=preset), language)
        assert preset in told
        assert "%" not in re.sub(r"\d %", "", told)
        assert not re.search(r"None|\(\)|  |\.\.|\{|%\(", told)


def test_counts_reasons_and_hash_are_told() -> None:
    told = _told(FACTS, "en")
    for part in (
        "through Prolific, from 2026-03-02 to 2026-03-09",
        "47 people began and 43 gave every response",
        "1 person withdrew",
        "2 people did not meet",
        "3 people were excluded (caught too few catch trials: 2; asked to: 1)",
        "31 of 1548 test trials (2 %) were flagged",
        "1404 responses of 40 people are counted",
        "margin of 7.5 points",
        "10000 bootstrap draws",
        "seed 987654",
        "ResNet-18 generator (SHA-256 0123456789ab)",
        "120 of “test” and 80 of “train”",
        "English or Spanish",
        f"SHA-256 {'feed' * 16}",
        "erased 365 days after",
        "No fool rate was shown",
    ):
        assert part in told


def test_spanish_is_spanish() -> None:
    told = _told(replace(FACTS, colour_vision="SKIP"), "es")
    for part in ("tasa de engaño", "margen de 7,5 puntos", "inglés o español", "Se excluyó a 3 personas", "foto real"):
        assert part in told
    assert not re.search(r"\b(the|people|trials|was|of)\b", told)


def test_every_rule_of_exclusion_is_told_in_spanish_too() -> None:
    told = _told(replace(FACTS, reasons=dict.fromkeys(RULES.values(), 1)), "es")
    assert not [words for words in RULES.values() if words in told]


def test_it_is_read_from_the_rows(make_study: MakeStudy) -> None:
    study = make_study(min_catch_accuracy=0.6)
    play(study, fooled=3)
    late = play(study, fooled=3, exposure=LATE)
    gone = play(study, fooled=0)
    services.withdraw(participant=gone)
    play(study, fooled=1, simulated=True)
    play(study, fooled=1, rehearsal=True)
    reason = "caught 1 of 4 catch trials, fewer than 60 %; chose “left” in 40 of 40 trials, more than 90 %"
    Participant.objects.filter(pk=late.pk).update(exclusion_reason=reason)
    facts = facts_of(study)
    assert facts
    assert (facts.started, facts.finished, facts.withdrawn, facts.excluded) == (2, 2, 1, 1)
    assert facts.reasons == {"caught too few catch trials": 1, "chose the same too often": 1}
    assert (facts.shown, facts.flagged, facts.countable) == (72, 36, 36)
    assert facts.photos == {"test": 30, "train": 30}
    told = methods_paragraph(study, "en")
    assert study.design_hash in told
    assert "fewer than 60 %" in told
    assert "1 person was excluded (caught too few catch trials: 1; chose the same too often: 1)" in told
    assert methods_paragraph(study, "es") != told


def _told(facts: Facts, language: str) -> str:
    with translation.override(language):
        return paragraph(facts)
