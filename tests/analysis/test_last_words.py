"""What stays when responses are erased because their time is up: all of it of one moment, and nothing of anybody."""

import io
import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from colortest.analysis.exports.psych_ds import psych_ds_zip
from colortest.analysis.methods import methods_paragraph
from colortest.analysis.methods.facts import facts_of
from colortest.analysis.models import PhotoRate, Report
from colortest.analysis.services import compute_fool_rates, reports
from colortest.experiment import services
from colortest.experiment.models import Lapse, Participant, Study
from colortest.refusal import Refused
from tests.analysis.test_fool_rates import GOOD, LATE, play, rates
from tests.cast import MakeStudy
from tests.experiment.test_ethics import long_ago

pytestmark = pytest.mark.django_db

SHORT = {"practice_trials": 0, "test_trials": 8, "catch_share": 0.0, "retention_days": 30}
ERASED = {
    "en": " As agreed, responses have been erased after 30 days; every count is from before that.",
    "es": " Según lo acordado, las respuestas se han borrado 30 días después de darse; "
    "todos los recuentos son de antes.",
}


def begin(study: Study) -> Participant:
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    return person


def peopled(study: Study) -> Study:
    """Of five people whose time is up one was excluded for two reasons, one withdrew and one left; one came later."""
    people = [play(study, fooled=3), play(study, fooled=5, exposure=LATE), begin(study)]
    services.withdraw(participant=begin(study))
    reason = "caught 1 of 4 catch trials, fewer than 60 %; chose “left” in 8 of 8 trials, more than 90 %"
    Participant.objects.filter(pk=people[1].pk).update(exclusion_reason=reason)
    for person in people:
        long_ago(person, 31)
    play(study, fooled=1)
    return study


def told(study: Study) -> dict[str, str]:
    return {language: methods_paragraph(study, language) for language in ("en", "es")}


def test_the_methods_paragraph_stays_whole_and_says_what_is_erased(make_study: MakeStudy) -> None:
    study = peopled(make_study(**SHORT))
    before = told(study)
    assert "4 people began and 3 gave every response" in before["en"]
    for left in (1, 0):
        reports.erase_expired(study=study)
        assert study.participants.people().count() == left
        after = told(study)
        for language, sentence in ERASED.items():
            assert after[language].count(sentence) == 1
            assert after[language].replace(sentence, "") == before[language]
        for person in study.participants.people():
            long_ago(person, 31)


def test_what_is_kept_tells_of_nobody(make_study: MakeStudy) -> None:
    study = peopled(make_study(**SHORT))
    play(study, fooled=1, simulated=True)
    codes = list(study.participants.values_list("code", flat=True))
    reports.erase_expired(study=study)
    facts = Report.objects.of_people().get().facts
    assert set(facts) == {
        *("first", "last", "started", "finished", "screened_out", "withdrawn"),
        *("excluded", "reasons", "shown", "flagged", "countable"),
    }
    assert not [code for code in codes if code in json.dumps(facts)]
    assert Report.objects.of_simulated().get().facts is None


def test_a_dataset_of_what_is_left_says_so_and_tells_all_counts(make_study: MakeStudy) -> None:
    study = peopled(make_study(**SHORT))
    before = told(study)
    reports.erase_expired(study=study)
    with zipfile.ZipFile(io.BytesIO(b"".join(psych_ds_zip(study)))) as archive:
        names = {name.removeprefix("sunday-study/"): archive.read(name).decode() for name in archive.namelist()}
    assert "responses have been erased 30 days after they were given" in names["README.md"]
    assert names["documentation/methods_en.txt"].replace(ERASED["en"], "") == f"{before['en']}\n"
    Participant.objects.filter(study=study).delete()
    with pytest.raises(Refused, match="those of this study have been erased"):
        psych_ds_zip(study)


def test_who_left_is_counted_when_their_time_is_up_and_the_study_goes_on(make_study: MakeStudy) -> None:
    study = make_study(**SHORT)
    gone = [begin(study), begin(study), services.admit_participant(study=study)]
    sent_away = Participant.objects.filter(pk=gone[2].pk)
    sent_away.update(ending="SCREENED_OUT")
    play(study, fooled=3)
    for person in gone:
        long_ago(person, 31)
    before = told(study)
    assert "3 people began and 1 gave every response" in before["en"]
    assert "1 person did not meet" in before["en"]
    for _ in range(2):
        reports.erase_expired(study=study)
    assert study.participants.count() == 1
    assert study.status == "OPEN"
    assert told(study) == before
    facts = facts_of(study)
    assert facts
    assert facts.first
    assert facts.last
    assert (facts.last - facts.first).days == 31
    long_ago(begin(study), 40)
    reports.erase_expired(study=study)
    assert (Lapse.objects.get().started, Lapse.objects.get().screened_out) == (3, 1)
    assert "4 people began" in told(study)["en"]


def meanwhile(do: Callable[[], object]) -> None:
    """By somebody else, who waits for nothing."""

    def alone() -> None:
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '2s'")
            do()
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result()


Before = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Before:
    """Has something done once, right before this part of a report is read."""

    def put(part: str, do: Callable[[], object]) -> None:
        waiting, read = [do], getattr(reports, part)

        def late(study: Study, *, simulated: bool) -> Any:
            while waiting:
                meanwhile(waiting.pop())
            return read(study, simulated=simulated)

        monkeypatch.setattr(reports, part, late)

    return put


@pytest.mark.django_db(transaction=True)
def test_a_report_is_of_one_moment(make_study: MakeStudy, before: Before) -> None:
    study = make_study(**SHORT)
    play(study, fooled=2)
    goes = play(study, fooled=8)
    compute_fool_rates(study=study)

    def go() -> None:
        services.withdraw(participant=goes)
        compute_fool_rates(study=study)

    before("photo_rates", go)
    report = reports.store_report(study=study)[0]
    assert not Participant.objects.filter(pk=goes.pk).exists()
    assert report.content["overall"]["countable"] == 16
    assert sum(PhotoRate.objects.values_list("countable", flat=True)) == 16


@pytest.mark.django_db(transaction=True)
def test_who_finishes_at_the_last_moment_is_in_all_of_the_last_words_or_in_none(
    make_study: MakeStudy, before: Before
) -> None:
    study = make_study(**SHORT)
    long_ago(play(study, fooled=2), 31)
    late = begin(study)

    def finish() -> None:
        for trial in late.trials.order_by("position"):
            services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=GOOD)

    before("report_content", finish)
    assert reports.erase_expired(study=study) == 1
    late.refresh_from_db()
    assert late.finished
    facts = facts_of(study)
    assert facts
    assert (facts.started, facts.finished, facts.countable) == (2, 1, 8)
    content = Report.objects.get().content
    assert (content["counts"]["finished"], content["overall"]["countable"]) == (1, 8)
    assert sum(rate.countable for rate in rates(study).values()) == 8
    compute_fool_rates(study=study)
    assert sum(rate.countable for rate in rates(study).values()) == 8


@pytest.mark.django_db(transaction=True)
def test_where_somebody_else_wrote_meanwhile_it_is_done_again(make_study: MakeStudy, before: Before) -> None:
    study = make_study(**SHORT)
    long_ago(play(study, fooled=2), 31)
    second = play(study, fooled=4)
    long_ago(second, 31)
    before("photo_rates", lambda: services.withdraw(participant=second))
    assert reports.erase_expired(study=study) == 1
    facts = facts_of(study)
    assert facts
    assert (facts.finished, facts.withdrawn, facts.countable) == (1, 1, 8)
    assert Report.objects.get().content["overall"]["countable"] == 8


def test_a_report_that_was_begun_before_the_last_one_does_not_replace_it(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = make_study(**SHORT)
    long_ago(play(study, fooled=2), 31)
    compute_fool_rates(study=study)
    made = reports.store_report(study=study)[0]
    read = reports._read(study, simulated=False)
    assert read
    reports.erase_expired(study=study)
    last = Report.objects.get()
    kept = reports._store(study, read, timezone.now() + timedelta(seconds=1))
    assert (kept.pk, kept.computed, kept.facts) == (last.pk, last.computed, last.facts)
    assert made.computed < last.computed
