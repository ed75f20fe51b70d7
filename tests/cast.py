"""The fixed cast and their stage: an admin, a researcher, a stranger, and a study of real photographs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from colortest.access import ADMINS, COMMON_TEAM, RESEARCHERS, grant
from colortest.demo.photos import crops
from colortest.experiment import services
from colortest.experiment.bot import SCREEN
from colortest.experiment.models import Participant, Study
from colortest.stimuli import rendering
from colortest.stimuli.models import Algorithm, Colorization, Photo, TestSet
from colortest.stimuli.services import create_test_set, register_method

PASSWORD = "the cast’s own password"


def log_in(name: str, role: str = "", team: str = "") -> Client:
    """A client that is logged in as a member of the cast."""
    account = get_user_model().objects.create(username=name, password=_hashed_password())
    if role:
        grant(account, role)
    if team:
        account.groups.add(Group.objects.get_or_create(name=team)[0])
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


@cache
def _hashed_password() -> str:
    """Once for all of the cast: a hash is made to take long."""
    return make_password(PASSWORD)


@pytest.fixture
def admin(db: None) -> Client:
    return log_in("ada", ADMINS)


@pytest.fixture
def researcher(db: None) -> Client:
    """Of the team whose studies the cast's stage shows."""
    return log_in("ruth", RESEARCHERS, COMMON_TEAM)


@pytest.fixture
def other_researcher(db: None) -> Client:
    """Of another team."""
    return log_in("olga", RESEARCHERS, "other laboratory")


@pytest.fixture
def stranger(db: None) -> Client:
    """Has an account and no role."""
    return log_in("stan")


def photographs(count: int) -> list[tuple[str, str, Image.Image]]:
    """(split, name, picture) of real photographs, as the site stores them; the splits take turns."""
    return _all_photographs()[:count]


@cache
def _all_photographs() -> list[tuple[str, str, Image.Image]]:
    """Cutting them takes seconds, however few a test needs."""
    by_split: dict[str, list[tuple[str, str, Image.Image]]] = {}
    for split, name, image in crops():
        by_split.setdefault(split, []).append((split, name, rendering.render(image)))
    return [one for pair in zip(*by_split.values(), strict=False) for one in pair]


def fake_colorizer(photo: Image.Image) -> Image.Image:
    """Another colouring with the same lightness pattern, made without torch: red and blue change places."""
    red, green, blue = photo.split()
    return Image.merge("RGB", (blue, green, red))


@dataclass(frozen=True)
class Stored:
    """A photograph as rows and files keep it, with its fake by the fake colorizer."""

    split: str
    name: str
    sha256: str
    photo: bytes
    fake: bytes


def stored(count: int) -> list[Stored]:
    """The photographs, encoded; each once, however many tests need it."""
    return [_stored(place) for place in range(len(photographs(count)))]


@cache
def _stored(place: int) -> Stored:
    split, name, image = _all_photographs()[place]
    photo, fake = rendering.encode(image), rendering.encode(fake_colorizer(image))
    return Stored(split, name, rendering.pixel_hash(image), photo, fake)


def make_test_set(count: int = 60, *, name: str = "photographs") -> TestSet:
    """A READY test set of real photographs over the splits `train` and `test`."""
    test_set = create_test_set(name=name)
    rows = [
        Photo(
            test_set=test_set,
            split=one.split,
            name=one.name,
            sha256=one.sha256,
            byte_count=len(one.photo),
            width=256,
            height=256,
            file=ContentFile(one.photo, "photo.webp"),
        )
        for one in stored(count)
    ]
    Photo.objects.bulk_create(rows)
    test_set.status = TestSet.Status.READY
    test_set.save()
    return test_set


def colour(test_set: TestSet, algorithm: Algorithm) -> None:
    """Colorizations READY at once, by the fake colorizer."""
    fakes = {one.name: one.fake for one in stored(test_set.photos.count())}
    rows = [
        Colorization(
            photo=photo,
            algorithm=algorithm,
            status=Colorization.Status.READY,
            file=ContentFile(fakes[photo.name], "fake.webp"),
            byte_count=len(fakes[photo.name]),
        )
        for photo in test_set.photos.all()
    ]
    Colorization.objects.bulk_create(rows)


MakeStudy = Callable[..., Study]


@pytest.fixture
def make_study(db: None) -> MakeStudy:
    """`stage_study`, with a database to put it in."""
    return stage_study


def stage_study(*, photos: int = 60, open_it: bool = True, **columns: object) -> Study:
    """An open study on real photographs; keywords replace columns of the preset."""
    test_set = make_test_set(photos)
    kinds, methods = Algorithm.Kind, Algorithm.Method
    grey = register_method(slug="grey", name="Grey", kind=kinds.BASELINE, method=methods.GREY)
    catch = register_method(slug="catch", name="Catch", kind=kinds.CATCH, method=methods.RANDOM_COLOUR)
    for algorithm in (grey, catch):
        colour(test_set, algorithm)
    study = services.create_study(
        title="Sunday study", test_set=test_set, splits=["test", "train"], algorithms=[grey], preset="thesis-2020"
    )
    # Most tests count trials, and look at pages of the test itself: those of the reserve and of plates ask for them.
    for name, value in {"reserve_share": 0.0, "colour_vision": "SKIP", **columns}.items():
        setattr(study, name, value)
    study.save()
    return services.open_study(study=study) if open_it else study


def pass_screen_check(client: Client, run: str) -> None:
    """As the page of the check does at a desk: `run` is the address of the run."""
    client.post(f"{run}screen/", SCREEN, content_type="application/json")


@pytest.fixture
def study(make_study: MakeStudy) -> Study:
    return make_study()


@pytest.fixture
def participant(study: Study) -> Participant:
    """Has agreed and read the instructions."""
    person = services.admit_participant(study=study)
    services.begin(participant=person)
    person.refresh_from_db()
    return person
