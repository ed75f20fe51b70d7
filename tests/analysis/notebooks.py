"""What tests of the read interface share: a program with a token, and a study with responses."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from colortest.analysis import services
from colortest.experiment.models import Study
from colortest.experiment.services import close_study
from tests.analysis.test_fool_rates import LATE, play


class Notebook:
    """A program with a token, and without cookies."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get(self, address: str) -> Any:
        return Client().get(address, headers={"Authorization": f"Bearer {self.token}"})

    def json(self, address: str) -> Any:
        reply = self.get(address)
        assert reply.status_code == HTTPStatus.OK, reply.content
        return reply.json()

    def text(self, address: str) -> str:
        return bytes(self.get(address).getvalue()).decode()


@pytest.fixture
def notebook(researcher: Client) -> Notebook:
    """Of the researcher of the cast."""
    return Notebook(services.make_token(account=get_user_model().objects.get(username="ruth"), name="notebook"))


@pytest.fixture
def played(study: Study) -> Study:
    """Closed, with the responses of two people, one of whose exposures failed, and of a program."""
    for person in ({"fooled": 9}, {"fooled": 3, "exposure": LATE}, {"fooled": 5, "simulated": True}):
        play(study, **person)
    close_study(study=study)
    services.compute_fool_rates(study=study)
    return Study.objects.get(pk=study.pk)
