"""The JSON of the page: all numbers once a study is closed, before that only what may be shown."""

import json
from typing import Any

import pytest

from colortest.analysis.exports.numbers import numbers_json
from colortest.analysis.models import Report
from colortest.analysis.services import compute_fool_rates
from colortest.experiment import services
from colortest.experiment.models import Study
from tests.analysis.test_fool_rates import play
from tests.cast import MakeStudy

pytestmark = pytest.mark.django_db


def numbers(study: Study) -> dict[str, Any]:
    study.refresh_from_db()
    return dict(json.loads(b"".join(numbers_json(study))))


def with_report(study: Study) -> Study:
    play(study, fooled=9)
    compute_fool_rates(study=study)
    overall = {"algorithm": None, "rate": 0.25, "low": 0.1, "high": 0.4, "sequence": {"low": 0.0, "high": 0.7}}
    content = {"version": 1, "overall": overall, "arms": [overall], "timeline": {"unit": "day", "rows": []}}
    content |= {"counts": {"finished": 1, "fooled": 9}, "differences": {"splits": [{"p": 0.03}]}, "warnings": ["few"]}
    Report.objects.filter(study=study).delete()
    Report.objects.create(study=study, simulated=False, content=content, computed="2026-03-02T10:00Z", seconds=1.0)
    return study


def test_once_closed_every_number_is_there(study: Study) -> None:
    services.close_study(study=with_report(study))
    said = numbers(study)
    assert said["showing"] == "FINAL"
    assert said["people"]["report"]["differences"] == {"splits": [{"p": 0.03}]}
    for row in study.fool_rates.of_people():
        (mine,) = [rate for rate in said["people"]["fool_rates"] if rate["split"] == row.split]
        for name in ("rate", "low", "high", "countable", "fooled", "wilson_low", "amt_sd", "method", "photos"):
            assert mine[name] == getattr(row, name)
    assert [rate["countable"] for rate in said["simulated"]["fool_rates"]] == [0, 0]
    assert said["simulated"]["report"] is None


def test_while_open_only_what_holds_at_every_look(study: Study) -> None:
    said = numbers(with_report(study))
    assert said["showing"] == "SEQUENCE"
    assert said["people"]["report"]["overall"] == {
        "algorithm": None,
        "rate": 0.25,
        "sequence": {"low": 0.0, "high": 0.7},
    }
    text = json.dumps(said)
    for name in ('"low": 0.1', '"p"', "wilson", "amt_"):
        assert name not in text


def test_while_hidden_nothing_tells_how_often_people_were_fooled(make_study: MakeStudy) -> None:
    said = numbers(with_report(make_study(interim="HIDDEN")))
    assert said["showing"] == "HIDDEN"
    text = json.dumps(said)
    for name in ('fooled"', 'rate"', 'low"', 'p"'):
        assert name not in text
    assert said["people"]["report"]["counts"] == {"finished": 1}
