"""Millions of responses in one study, in the caller's database: one run is played, and the database multiplies it."""

from django.db import connection, models, transaction

from colortest.experiment import services
from colortest.experiment.exposure import Exposure
from colortest.experiment.models import Participant, Response, Study, Trial
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet
from colortest.stimuli.services import create_test_set, register_method

TRIALS, CATCH = 40, 4
PHOTOS = 2000  # half of them in each of two splits
STEP = 49  # from one photo of a participant to the next: 40 steps stay below PHOTOS
SHOWN = Exposure(500, 1000, 500, 1000, 60, 17, 16.7, False, False, 0, 0)
READY = {"status": Colorization.Status.READY, "file": "no/fake.webp", "byte_count": 1}


def stage_design() -> Study:
    """An open study of two algorithms and two splits; its stimuli have no files, as nobody looks at them."""
    test_set = create_test_set(name="many photos")
    photos = Photo.objects.bulk_create(
        Photo(
            test_set=test_set, split="train" if rank % 2 else "test", name=f"{rank}.png", file="no/photo.webp",
            sha256=f"{rank:064d}", byte_count=1, width=256, height=256,
        )
        for rank in range(PHOTOS)
    )  # fmt: skip
    TestSet.objects.update(status=TestSet.Status.READY)
    kinds, method = Algorithm.Kind, Algorithm.Method.GREY
    roles = {"one": kinds.BASELINE, "other": kinds.BASELINE, "catch": kinds.CATCH}
    algorithms = [register_method(slug=slug, name=slug, kind=kind, method=method) for slug, kind in roles.items()]
    Colorization.objects.bulk_create(
        Colorization(photo=photo, algorithm=algorithm, **READY) for photo in photos for algorithm in algorithms
    )
    study = services.create_study(
        title="Many", test_set=test_set, splits=["test", "train"], algorithms=algorithms[:2], preset="thesis-2020"
    )
    numbers = {"practice_trials": 0, "test_trials": TRIALS, "catch_share": CATCH / TRIALS, "reserve_share": 0.0}
    Study.objects.filter(pk=study.pk).update(**numbers, quota=0, colour_vision="SKIP", min_catch_accuracy=0.0)
    return services.open_study(study=Study.objects.get(pk=study.pk))


def play(study: Study) -> None:
    """A person who finishes: the real way, one response after the other."""
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    for trial in person.trials.all():
        services.record_response(trial=trial, chosen_side="LEFT", rt_ms=500, exposure=SHOWN)


@transaction.atomic
def multiply(study: Study, numbers: range, *, unnoticed: bool = False) -> None:
    """As many people like the first one, with other photos, sides and choices.

    unnoticed: triggers and foreign keys are not asked, which takes minutes off; fool rates are then to be recomputed.
    """
    first = study.participants.order_by("pk")[0]
    trials = first.trials.order_by("position")
    pairs = Colorization.objects.filter(photo__test_set=study.test_set).order_by("pk")
    others = f"generate_series({numbers.start}, {numbers.stop - 1}) AS p(number)"
    each_trial = f"{others}, generate_series(0, {TRIALS - 1}) AS k(position)"
    person_id = f"{first.pk} - 1 + p.number"
    trial_id = f"{trials[0].pk} + (p.number::bigint - 1) * {TRIALS} + k.position"
    rank = f"(p.number::bigint * 7919 + k.position * {STEP}) % {PHOTOS}"
    caught = f"k.position >= {TRIALS - CATCH}"
    pair = f"{pairs[0].pk} + 3 * ({rank}) + CASE WHEN {caught} THEN 2 ELSE (p.number + k.position / 2) % 2 END"
    easy = f"0.35 + 0.15 * sin(p.number) + 0.2 * sin({rank})"  # what a person and a photo bring along
    with connection.cursor() as cursor:
        if unnoticed:
            cursor.execute("SET LOCAL session_replication_role = replica")
    _copy(Participant, first.pk, others, id=person_id, number="p.number", code="lpad(p.number::text, 22, '-')",
          finished="made.finished + p.number * interval '1 millisecond'",
          exclusion_reason="CASE p.number % 20 WHEN 7 THEN 'inattentive' ELSE '' END")  # fmt: skip
    _copy(Trial, trials[0].pk, each_trial, id=trial_id, participant_id=person_id, position="k.position",
          kind=f"CASE WHEN {caught} THEN 'CATCH' ELSE 'TEST' END", colorization_id=pair,
          token="lpad(p.number || '/' || k.position, 22, '-')", real_side=side(0.5))  # fmt: skip
    _copy(Response, trials[0].pk, each_trial, trial_id=trial_id, chosen_side=side(easy),
          flags="CASE WHEN random() < 0.02 THEN ARRAY['EXPOSURE'] ELSE ARRAY[]::varchar[] END")  # fmt: skip


def side(left: object) -> str:
    """LEFT with this probability."""
    return f"CASE WHEN random() < {left} THEN 'LEFT' ELSE 'RIGHT' END"


def _copy(model: type[models.Model], pk: int, series: str, **other: str) -> None:
    """A row of a table once for each element of a series, with these columns by SQL expressions."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    table, key, quoted = model._meta.db_table, model._meta.pk.column, connection.ops.quote_name
    names = ", ".join(quoted(name) for name in columns)
    values = ", ".join(other.get(name, f"made.{quoted(name)}") for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS made, {series} WHERE made.{key} = {pk}"  # noqa: S608
        )
