"""From responses to a stored report: each part against what can be counted by hand."""

from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F
from django.utils import timezone

from colortest.analysis.models import FoolRate, PhotoRate, Report, Sums
from colortest.analysis.reports import agreeing, responses
from colortest.analysis.services import compute_fool_rates
from colortest.analysis.services.reports import SHARE, reports_due, store_report
from colortest.analysis.statistics import mixed
from colortest.experiment import services
from colortest.experiment.models import Participant, Response, Study, Trial
from colortest.stimuli.models import Algorithm
from colortest.stimuli.services import register_method
from tests.analysis.test_fool_rates import OTHER, play
from tests.cast import MakeStudy, colour
from worker import tasks

pytestmark = pytest.mark.django_db


def report_on(study: Study, *, simulated: bool = False) -> Any:
    compute_fool_rates(study=study)
    store_report(study=study)
    return Report.objects.get(study=study, simulated=simulated).content


def by_split(rows: list[dict[str, Any]]) -> dict[str | None, dict[str, Any]]:
    return {row["split"]: row for row in rows}


def second_algorithm(study: Study) -> Study:
    """The draft with another algorithm under test, opened."""
    late = register_method(slug="late", name="Late", kind=Algorithm.Kind.BASELINE, method=Algorithm.Method.GREY)
    colour(study.test_set, late)
    texts = dict(study.consent_texts.values_list("language", "text"))
    services.change_design(study=study, algorithms=[*study.under_test(), late], consent_texts=texts)
    return services.open_study(study=study)


def choose(study: Study, decide: Any, *, flags: tuple[str, ...] = (), simulated: bool = False) -> Participant:
    """A finished run whose test trials are decided by a function of the trial: True is fooled.

    Written at once and not response by response, as a run is really played: that takes a second each.
    """
    person = services.admit_participant(study=study, simulated=simulated)
    services.begin(participant=person)
    Response.objects.bulk_create(
        _response(trial, wrong=trial.kind == "TEST" and decide(trial), flags=flags)
        for trial in person.trials.select_related("colorization__algorithm").order_by("position")
    )
    person.finished, person.ending = timezone.now(), Participant.Ending.COMPLETED
    person.save(update_fields=["finished", "ending"])
    return person


def _response(trial: Trial, *, wrong: bool, flags: tuple[str, ...]) -> Response:
    late = 200 if flags else 0
    return Response(
        trial=trial,
        chosen_side=OTHER[trial.real_side] if wrong else trial.real_side,
        asked_ms=trial.exposure_ms,
        rt_ms=500,
        left_exposure_ms=trial.exposure_ms + late,
        right_exposure_ms=trial.exposure_ms + late,
        frames=60,
        longest_gap_ms=17,
        refresh_ms=16.7,
        flags=list(flags),
    )


def finish(study: Study, *, fooled: int, flags: tuple[str, ...] = (), simulated: bool = False) -> Participant:
    """A finished run in which the first `fooled` test trials fool the participant and nothing else does."""
    left = iter([True] * fooled)
    return choose(study, lambda trial: next(left, False), flags=flags, simulated=simulated)


def test_a_report_agrees_with_the_stored_fool_rates(study: Study) -> None:
    for fooled in (9, 12, 20):
        play(study, fooled=fooled)
    content = report_on(study)
    arms = by_split(content["arms"])
    for rate in FoolRate.objects.of_people():
        arm = arms[rate.split]
        assert (arm["fooled"], arm["countable"], arm["rate"]) == (rate.fooled, rate.countable, rate.rate)
        assert (arm["low"], arm["high"]) == pytest.approx((rate.low, rate.high))
        assert (arm["participants"], arm["photos"]) == (rate.participants, rate.photos)
        assert arm["wilson"] == pytest.approx({"low": rate.wilson_low, "high": rate.wilson_high})
    for pooled in (arms[None], content["overall"]):
        assert (pooled["fooled"], pooled["countable"], pooled["participants"]) == (41, 108, 3)
        assert pooled["photos"] == sum(arms[split]["photos"] for split in study.splits)
    counts = content["counts"]
    assert (counts["finished"], counts["counted"], counts["excluded"], counts["shown"]) == (3, 3, 0, 108)
    assert content["design_hash"] == study.design_hash


def test_splits_and_algorithms_are_compared_pair_by_pair(make_study: MakeStudy) -> None:
    study = second_algorithm(make_study(open_it=False))
    for _ in range(4):
        choose(study, lambda trial: trial.colorization.algorithm.slug == "late" or trial.position % 4 == 0)
    content = report_on(study)
    families = content["differences"]
    assert {name: len(rows) for name, rows in families.items()} == {
        "algorithms": 2,
        "algorithms_pooled": 1,
        "splits": 2,
        "exposures": 0,
    }
    (pooled,) = families["algorithms_pooled"]
    assert (pooled["a"]["algorithm"], pooled["b"]["algorithm"]) == ("grey", "late")
    assert pooled["value"] == pytest.approx(pooled_rate(content, "grey") - 1)
    assert pooled["high"] < 0
    assert pooled["p_holm"] == pooled["p"] < 0.01
    assert pooled["beats"] == 0
    assert pooled["shared_participants"] == 4
    assert pooled["sentence"].startswith("Paired by participant")
    assert not pooled["equivalence"]["equivalent"]
    for row in families["algorithms"]:
        assert row["a"]["split"] == row["b"]["split"]
        assert row["p"] <= row["p_holm"] <= 2 * row["p"]
    ranks = {row["algorithm"]: row["rank"] for row in content["rankings"]["rows"]}
    assert ranks == {"late": 1, "grey": 2}
    assert "nothing that the fool rates do not say" in content["rankings"]["sentence"]


def pooled_rate(content: dict[str, Any], algorithm: str) -> float:
    (arm,) = [arm for arm in content["arms"] if arm["algorithm"] == algorithm and arm["split"] is None]
    return float(arm["rate"])


def test_exposures_are_compared_within_an_algorithm_and_split(make_study: MakeStudy) -> None:
    study = make_study(exposures_ms=[500, 1000])
    for _ in range(2):
        choose(study, lambda trial: trial.exposure_ms == 500)
    content = report_on(study)
    rates = {(arm["split"], arm["asked_ms"]): arm["rate"] for arm in content["arms"]}
    assert {key: rate for key, rate in rates.items() if key[1]} == {
        (split, asked): 1.0 if asked == 500 else 0.0 for split in ("test", "train", None) for asked in (500, 1000)
    }
    assert [(row["a"]["asked_ms"], row["value"]) for row in content["differences"]["exposures"]] == [(500, 1.0)] * 2
    assert content["overall"]["countable"] == 72
    assert [row["asked_ms"] for row in content["exposure"]] == [500, 1000]


def test_sides_catch_trials_times_and_positions_are_counted(study: Study) -> None:
    people = [choose(study, lambda trial: trial.real_side == "RIGHT") for _ in range(3)]
    content = report_on(study)
    given = Response.objects.filter(trial__participant__in=people)
    catch = given.filter(trial__kind="CATCH").count()
    assert content["bias"]["left"]["value"] == 1.0
    assert content["bias"]["left"]["p"] < 0.05
    assert content["bias"]["first"] is None
    assert content["catch"] == content["catch"] | {"trials": catch, "caught": catch}
    assert content["response_times"] == {"count": 108, "quartiles": [500.0] * 3, "p95": 500.0, "fast": 0.0}
    practice = [row for row in content["learning"] if row["kind"] == "PRACTICE"]
    test = [row for row in content["learning"] if row["kind"] == "TEST"]
    assert (practice[0]["from"], practice[-1]["to"], sum(row["countable"] for row in practice)) == (1, 10, 30)
    assert (test[-1]["to"], sum(row["countable"] for row in test)) == (50, 108)
    assert all(row["fooled"] == 0 for row in practice)
    assert sum(row["fooled"] for row in test) == content["overall"]["fooled"]
    # Whoever always takes the left one for the photo cannot tell: d′ is about 0 and the preference is in c.
    for row in content["detection"]["rows"]:
        assert row["d_prime"]["value"] == pytest.approx(0, abs=0.3)
        assert row["criterion"]["value"] > 1
        assert row["d_prime"]["low"] <= row["d_prime"]["value"] <= row["d_prime"]["high"]
    assert any("chose the left one in 100.0 %" in sentence for sentence in content["remarks"])


def test_who_is_shown_first_is_told_only_where_order_and_side_are_apart(make_study: MakeStudy) -> None:
    study = make_study(presentation="SEQUENTIAL", gap_ms=100, order="BALANCED")
    choose(study, lambda trial: trial.real_side != trial.first_side)
    content = report_on(study)
    assert content["bias"]["first"]["value"] == 1.0
    assert content["bias"]["sentence"] == ""
    assert content["bias"]["left"]["value"] < 1


def test_a_left_one_that_is_always_first_is_said_to_be_confounded(make_study: MakeStudy) -> None:
    study = make_study(presentation="SEQUENTIAL", gap_ms=100, order="LEFT_FIRST")
    choose(study, lambda trial: False)
    assert "The left one is always first" in report_on(study)["bias"]["sentence"]


def test_exclusions_are_told_before_and_after_with_their_reasons(study: Study) -> None:
    finish(study, fooled=18)
    out = finish(study, fooled=36)
    reason = "caught 1 of 4 catch trials, fewer than 50 %; 30 of 40 responses within 200 ms, more than 20 %"
    Participant.objects.filter(pk=out.pk).update(exclusion_reason=reason)
    content = report_on(study)
    assert content["exclusion"]["before"] == {"fooled": 54, "countable": 72, "rate": 0.75}
    assert content["exclusion"]["after"] == {"fooled": 18, "countable": 36, "rate": 0.5}
    told = {row["reason"]: row["participants"] for row in content["exclusion"]["reasons"]}
    assert told == {"caught too few catch trials": 1, "responded too fast too often": 1}
    assert (content["counts"]["finished"], content["counts"]["excluded"]) == (2, 1)
    (row,) = content["timeline"]["rows"]
    assert (row["finished"], row["excluded"], row["countable"]) == (2, 1, 36)


def test_flagged_trials_count_for_exposures_and_for_nothing_else(study: Study) -> None:
    finish(study, fooled=3)
    finish(study, fooled=36, flags=("EXPOSURE",))
    content = report_on(study)
    assert content["counts"] == content["counts"] | {"shown": 72, "flagged": 36, "countable": 36}
    (row,) = content["exposure"]
    assert (row["count"], row["within"]) == (72, 0.5)
    assert row["counts"][-1] == 36  # 200 ms too long, beyond the last edge
    assert content["response_times"]["count"] == 36


def test_the_mixed_model_and_agreement_stand_beside_each_arm(study: Study) -> None:
    random = np.random.default_rng(1)
    for _ in range(6):
        choose(study, lambda trial: random.random() < 0.35)
    content = report_on(study)
    for row in content["mixed"]["rows"]:
        arm = by_split(content["arms"])[row["split"]]
        assert row["rate"]["value"] == pytest.approx(arm["rate"], abs=0.03)
        assert row["rate"]["low"] < arm["rate"] < row["rate"]["high"]
    assert [row["split"] for row in content["agreement"]["rows"]] == ["test", "train"]
    assert len(content["mixed"]["rows"]) == 2


def test_a_large_study_is_told_from_a_sample_and_says_so(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        finish(study, fooled=9)
    monkeypatch.setattr(responses, "MOST", 110)
    monkeypatch.setattr(mixed, "MOST", 50)
    content = report_on(study)
    assert content["sample"]["participants"] == 2
    assert "2 of the 4 participants" in content["sample"]["sentence"]
    assert content["response_times"]["count"] == 72
    assert content["counts"]["countable"] == 144
    assert content["mixed"]["rows"] == []
    assert "was not fitted for Grey on “test”, Grey on “train”" in content["mixed"]["sentence"]
    assert agreeing.MOST > mixed.MOST


def test_few_photos_and_few_people_are_warned_of_and_a_fake_more_real_than_photos_is_remarked_on(study: Study) -> None:
    finish(study, fooled=36)
    content = report_on(study)
    assert any("30 photos. With fewer than 200" in sentence for sentence in content["warnings"])
    assert any("1 participant is counted" in sentence for sentence in content["warnings"])
    assert any("above 50 % means that fakes look more real than the photos." in one for one in content["remarks"])
    assert not any("%" in sentence for sentence in content["warnings"])


def test_what_a_running_study_shows_is_never_narrower_than_what_it_will_show(study: Study) -> None:
    for fooled in (0, 9, 20, 36):
        finish(study, fooled=fooled)
    content = report_on(study)
    for arm in (content["overall"], *content["arms"]):
        sequence = arm["sequence"]
        assert sequence["low"] <= arm["low"] <= arm["rate"] <= arm["high"] <= sequence["high"]


def test_an_arm_that_has_fallen_behind_is_warned_of(make_study: MakeStudy) -> None:
    study = make_study(splits=["test", "train"])
    for _ in range(3):
        finish(study, fooled=0)
    flagged = Response.objects.filter(trial__colorization__photo__split="train", trial__kind="TEST")
    keep = set(flagged.values_list("pk", flat=True)[:30])
    Response.objects.filter(pk__in=keep).delete()  # as if they had never been given
    content = report_on(study)
    assert any(
        "Grey on “train” has 24 countable responses and the fullest arm 54" in one for one in content["warnings"]
    )


def test_nobody_gives_a_report_without_numbers(study: Study) -> None:
    content = report_on(study)
    assert content["overall"]["rate"] is None
    assert content["warnings"] == ["There is no countable response yet."]
    assert [content[part] for part in ("catch", "response_times", "rankings")] == [None] * 3
    assert content["learning"] == content["exposure"] == content["timeline"]["rows"] == []
    assert not PhotoRate.objects.exists()


def test_before_fool_rates_have_sums_there_is_no_report(study: Study) -> None:
    """As in a database of an earlier version, until its fool rates are computed again."""
    assert store_report(study=study) == []
    compute_fool_rates(study=study)
    Sums.objects.all().delete()
    assert store_report(study=study) == []


def test_simulated_participants_have_a_report_of_their_own(study: Study) -> None:
    finish(study, fooled=0)
    finish(study, fooled=36, simulated=True)
    assert report_on(study)["overall"]["rate"] == 0
    assert report_on(study, simulated=True)["overall"]["rate"] == 1
    assert set(PhotoRate.objects.of_people().values_list("rate", flat=True)) == {0.0}
    assert set(PhotoRate.objects.of_simulated().values_list("rate", flat=True)) == {1.0}


def test_photos_are_ranked_by_what_is_believed_of_them(study: Study) -> None:
    photos = Counter[int]()
    for fooled in (18, 20, 4, 30):
        finish(study, fooled=fooled)
    report_on(study)
    rows = list(study.photo_rates.of_people().for_page())
    given = Response.objects.countable().with_fooled()
    for colorization, was in given.values_list("trial__colorization", "fooled"):
        photos[colorization] += was
    assert {row.colorization_id: row.fooled for row in rows} == dict(photos)
    assert [row.shrunk for row in rows] == sorted((row.shrunk for row in rows), reverse=True)
    assert rows[0].rank == 1
    assert rows[0].shrunk < rows[0].rate == 1
    assert all(row.rate == row.fooled / row.countable for row in rows)
    study.pairs().filter(algorithm__slug="grey").update(psnr=20 + F("pk"), colourfulness=3.0)
    told = report_on(study)["quality"]
    psnr = [row for row in told if row["number"] == "psnr"]
    assert {row["split"]: row["colorizations"] for row in psnr} == {"test": 30, "train": 30}
    assert all(-1 < row["low"] < row["rho"] < row["high"] < 1 for row in psnr)
    assert {row["rho"] for row in told if row["number"] == "colourfulness"} == {None}  # all alike


def test_a_report_whose_correlations_a_migration_took_away_is_made_again(study: Study) -> None:
    """From the schema before, with rows in it, to the one of today; all within the test's transaction."""
    finish(study, fooled=9)
    before = report_on(study)
    assert reports_due() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate([("analysis", "0008_response_imports")])
    MigrationExecutor(connection).migrate(latest)
    assert Report.objects.get().content["quality"] == []
    Report.objects.update(seconds=0)  # so that it is due at once
    assert reports_due() == [study.pk]
    store_report(study=study)
    assert Report.objects.get().content == before


def test_making_it_again_replaces_and_leaves_out_what_is_gone(study: Study) -> None:
    person = finish(study, fooled=9)
    for _ in range(2):
        report_on(study)
    assert (Report.objects.count(), PhotoRate.objects.count()) == (1, 36)
    services.withdraw(participant=person)
    report_on(study)
    assert (Report.objects.count(), PhotoRate.objects.count()) == (1, 0)


def test_a_last_report_is_made_before_responses_are_erased_and_stays(make_study: MakeStudy) -> None:
    study = make_study(retention_days=10)
    person = finish(study, fooled=9)
    Participant.objects.filter(pk=person.pk).update(finished=timezone.now() - timedelta(days=11))
    for _ in range(2):
        tasks.erase_expired(study.pk)
    assert not Participant.objects.exists()
    assert Report.objects.get().content["overall"]["fooled"] == 9
    store_report(study=study)
    assert Report.objects.get().content["overall"]["fooled"] == 9
    assert reports_due() == []


def test_a_report_is_due_when_fool_rates_are_newer_and_not_more_often_than_it_is_worth(study: Study) -> None:
    assert reports_due() == []
    compute_fool_rates(study=study)
    assert reports_due() == [study.pk]
    store_report(study=study)
    assert reports_due() == []
    compute_fool_rates(study=study)
    Report.objects.update(seconds=60)
    assert reports_due() == []
    Report.objects.update(computed=timezone.now() - timedelta(seconds=60 / SHARE + 1))
    assert reports_due() == [study.pk]


def test_the_task_makes_a_report_after_the_fool_rates_and_may_run_twice(study: Study) -> None:
    finish(study, fooled=9)
    for _ in range(2):
        tasks.compute_fool_rates(study.pk)
        tasks.store_report(study.pk)
    assert Report.objects.get().content["overall"]["fooled"] == 9


def test_a_sequence_is_wider_than_the_interval_at_one_look(study: Study) -> None:
    for _ in range(12):
        finish(study, fooled=12)
    overall = report_on(study)["overall"]
    assert overall["sequence"]["low"] < overall["low"]
    assert overall["sequence"]["high"] > overall["high"]
