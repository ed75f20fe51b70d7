"""One photo on demand: what the page offers, and what asking for it does."""

import pytest
from django.test import Client

from colortest.stimuli import services
from colortest.stimuli.models import Algorithm, Colorization, TestSet
from tests.cast import colour, make_test_set

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def grey() -> Algorithm:
    return services.register_method(slug="grey", name="Grey", kind="BASELINE", method="grey")


def test_each_photo_offers_what_is_not_made_yet(admin: Client, grey: Algorithm) -> None:
    test_set = make_test_set(2)
    Algorithm.objects.create(slug="theirs", name="Theirs", kind="EXTERNAL")
    page = admin.get(test_set.get_absolute_url()).content.decode()
    assert page.count("Colour with Grey") == 2
    assert "Theirs" not in page  # made elsewhere, nothing to ask for
    colour(test_set, grey)
    assert "Colour with" not in admin.get(test_set.get_absolute_url()).content.decode()


def test_twenty_photos_cost_fewer_queries_than_there_are_photos(
    admin: Client, grey: Algorithm, django_assert_max_num_queries: object
) -> None:
    test_set = make_test_set(20)
    colour(test_set, grey)
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        admin.get(test_set.get_absolute_url())


def test_asking_puts_it_before_the_others_and_its_figure_asks_until_it_is_there(admin: Client, grey: Algorithm) -> None:
    photo = make_test_set(1).photos.get()
    figure = admin.post(f"/photos/{photo.pk}/colour/grey/", headers=HTMX).content.decode()
    row = Colorization.objects.get()
    assert row.asked
    assert f'hx-get="/colorizations/{row.pk}/" hx-trigger="every 500ms"' in figure
    services.fail_colorizations(colorizations=[row], reason="No colour is left.")
    figure = admin.get(f"/colorizations/{row.pk}/", headers=HTMX).content.decode()
    assert "No colour is left." in figure
    assert "Try again" in figure
    assert "hx-get" not in figure


def test_without_scripts_the_page_comes_again(admin: Client, grey: Algorithm) -> None:
    test_set = make_test_set(1)
    reply = admin.post(f"/photos/{test_set.photos.get().pk}/colour/grey/")
    assert reply.headers["Location"] == test_set.get_absolute_url()


def test_a_figure_whose_colorization_is_gone_asks_no_more(admin: Client) -> None:
    assert admin.get("/colorizations/1/", headers=HTMX).status_code == 286


def test_what_is_not_accepted_or_made_elsewhere_cannot_be_asked_for(admin: Client, grey: Algorithm) -> None:
    test_set = make_test_set(1)
    photo = test_set.photos.get()
    Algorithm.objects.create(slug="theirs", name="Theirs", kind="EXTERNAL")
    assert admin.post(f"/photos/{photo.pk}/colour/theirs/").status_code == 404
    TestSet.objects.update(status="CHECKED")
    assert admin.post(f"/photos/{photo.pk}/colour/grey/").status_code == 404
    assert not Colorization.objects.exists()
