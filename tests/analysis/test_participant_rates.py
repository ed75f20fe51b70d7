"""What single people chose is stored beside their tallies, and is what counting their responses gives."""

from collections import Counter

import numpy as np
import pytest
from django.db import IntegrityError

from colortest.analysis.models import ParticipantRate
from colortest.analysis.services import compute_fool_rates, recompute_fool_rates
from colortest.experiment import services
from colortest.experiment.models import Participant, Response, Study
from tests.analysis.test_fool_rates import GOOD, LATE, OTHER, play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db


def mixed_run(study: Study) -> Participant:
    """Every third test trial is flagged, every second of a kind missed, times rise from trial to trial."""
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    before = Counter[str]()  # of each kind: where they lie among the others is chance
    for number, trial in enumerate(person.trials.order_by("position")):
        missed = before[trial.kind] % 2 == 0
        side = OTHER[trial.real_side] if missed else trial.real_side
        exposure = LATE if trial.kind == "TEST" and before["TEST"] % 3 == 0 else GOOD
        before[trial.kind] += 1
        services.record_response(trial=trial, chosen_side=side, rt_ms=400 + 7 * number, exposure=exposure)
    person.refresh_from_db()
    return person


def counted_by_hand(person: Participant) -> dict[str, float | int]:
    """From the responses, one by one."""
    rows = list(Response.objects.filter(trial__participant=person).select_related("trial"))
    test = [row for row in rows if row.trial.kind == "TEST"]
    good = [row for row in test if not row.flags]
    catch = [row for row in rows if row.trial.kind == "CATCH" and not row.flags]
    fooled = [row for row in good if row.chosen_side != row.trial.real_side]
    caught = [row for row in catch if row.chosen_side == row.trial.real_side]
    return {
        "fooled": len(fooled),
        "countable": len(good),
        "unflagged": len(good),
        "flagged": len(test) - len(good),
        "left": sum(row.chosen_side == "LEFT" for row in good),
        "caught": len(caught),
        "catch": len(catch),
        "rt_ms": float(np.median([row.rt_ms for row in good])),
        "rate": len(fooled) / len(good),
        "caught_share": len(caught) / len(catch),
    }


def stored(person: Participant) -> dict[str, float | int]:
    row = ParticipantRate.objects.get(participant=person)
    return {name: getattr(row, name) for name in counted_by_hand(person)}


def test_each_is_what_counting_their_responses_gives(make_study: MakeStudy) -> None:
    study = make_study(practice_trials=2, test_trials=20, catch_share=0.2)
    people = [mixed_run(study), play(study, fooled=3)]
    compute_fool_rates(study=study)
    for person in people:
        assert stored(person) == counted_by_hand(person)
    assert stored(people[0])["flagged"] == pytest.approx(6, abs=1)
    recompute_fool_rates(study=study)
    assert stored(people[0]) == counted_by_hand(people[0])


def test_a_single_image_that_is_the_photo_fools_nobody(make_study: MakeStudy) -> None:
    study = make_study(presentation="SINGLE", question="EITHER", practice_trials=0, test_trials=12, catch_share=0.0)
    person = play(study, fooled=12)
    compute_fool_rates(study=study)
    row = ParticipantRate.objects.get(participant=person)
    fakes = person.trials.filter(kind="TEST", real_side="RIGHT").count()
    assert 0 < fakes < 12
    assert (row.fooled, row.countable, row.unflagged) == (fakes, fakes, 12)


def test_programs_and_rehearsals_have_none_and_who_is_excluded_has_one(make_study: MakeStudy) -> None:
    study = make_study(practice_trials=0, test_trials=8, catch_share=0.0, max_fast_share=0.5)
    play(study, fooled=1, simulated=True)
    play(study, fooled=1, rehearsal=True)
    out = play(study, fooled=8)
    Participant.objects.filter(pk=out.pk).update(exclusion_reason="too fast", ending="FAILED_ATTENTION")
    compute_fool_rates(study=study)
    row = ParticipantRate.objects.get()
    assert (row.participant, row.fooled, row.countable) == (out, 8, 8)
    assert list(study.participant_rates.excluded()) == [row]
    assert not study.participant_rates.counted().exists()


def test_who_has_nothing_countable_has_no_rate_and_who_withdraws_leaves_none(make_study: MakeStudy) -> None:
    study = make_study(practice_trials=0, test_trials=8, catch_share=0.0)
    person = play(study, fooled=1, exposure=LATE)
    compute_fool_rates(study=study)
    row = ParticipantRate.objects.get()
    assert (row.rate, row.caught_share, row.rt_ms, row.flagged) == (None, None, None, 8)
    services.withdraw(participant=person)
    assert not ParticipantRate.objects.exists()


def test_more_fooled_than_countable_is_refused_by_the_database(make_study: MakeStudy) -> None:
    study = make_study(practice_trials=0, test_trials=8, catch_share=0.0)
    play(study, fooled=1)
    compute_fool_rates(study=study)
    with pytest.raises(IntegrityError, match="participant_rate_of_what_was_shown"):
        ParticipantRate.objects.update(fooled=9)
