"""Responses that were given elsewhere become a closed study with the same fool rates, or nothing is written at all."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from colortest.analysis.exports.amt import wide_csv
from colortest.analysis.exports.tidy import tidy_csv
from colortest.analysis.imports.amt import read_wide
from colortest.analysis.imports.reading import Unusable
from colortest.analysis.imports.tidy import read_tidy
from colortest.analysis.models import FoolRate
from colortest.analysis.services.imports import BadLines, import_responses
from colortest.analysis.services.reports import store_report
from colortest.experiment import services
from colortest.experiment.models import Participant, Response, Study, Trial
from colortest.refusal import Refused
from colortest.stimuli.models import Algorithm, TestSet
from tests.analysis.conftest import PRACTICE

pytestmark = pytest.mark.django_db

NUMBERS = ("fooled", "countable", "participants", "photos", "rate", "low", "high", "wilson_low", "amt_mean", "amt_sd")
Rows = list[dict[str, str]]


def take(study: Study, text: str, form: str = "tidy", *, practice: int = 10, **options: object) -> Study:
    lines = io.StringIO(text, newline="")
    content = read_tidy(lines) if form == "tidy" else read_wide(lines, practice=practice)
    preset = "thesis-2020" if form == "tidy" else "amt-code"
    defaults = {"title": "Old study", "test_set": study.test_set, "preset": preset}
    return import_responses(content=content, **{**defaults, **options})  # type: ignore[arg-type]


def tidy(study: Study) -> str:
    return b"".join(tidy_csv(study)).decode()


def changed(text: str, change: Callable[[Rows], object]) -> str:
    """The same table after a change of its rows."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    change(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def rates(study: Study, names: tuple[str, ...] = NUMBERS) -> list[tuple[object, ...]]:
    return list(study.fool_rates.order_by("algorithm", "split", "simulated").values_list("split", "simulated", *names))


def test_our_own_export_gives_the_same_fool_rates_and_the_same_table(played: Study) -> None:
    before = tidy(played)
    study = take(played, before)
    assert (study.status, study.imported) == ("CLOSED", "TIDY")
    assert rates(study) == rates(played)
    assert any(rate.rate for rate in study.fool_rates.of_people())
    new = {"study": "old-study", "design_hash": study.design_hash, "imported": "True"}
    assert tidy(study) == changed(before, lambda rows: [row.update(new) for row in rows]).replace("\r\n", "\n")


def test_the_wide_table_gives_the_same_fool_rates_of_people(played: Study) -> None:
    text = b"".join(wide_csv(played)).decode()
    study = take(played, text, "amt", practice=PRACTICE)
    assert (study.imported, study.question, study.practice_trials) == ("AMT", "FAKE", PRACTICE)
    wanted = ("fooled", "countable", "rate")
    people = [row for row in rates(study, wanted) if not row[1]]
    assert people == [row for row in rates(played, wanted) if not row[1]]
    assert set(study.algorithms.values_list("slug", flat=True)) == {"grey", "catch"}
    assert Trial.objects.filter(participant__study=study, kind="CATCH").count() == 3
    assert study.participants.count() == 4  # one has nothing but practice that is not flagged
    unmeasured = Response.objects.filter(trial__participant__study=study)
    assert {response.rt_ms for response in unmeasured} == {None}
    assert "old-study" in tidy(study)


def amt_file(study: Study, count: int = 12) -> Rows:
    """As Mechanical Turk gave it: folders of that time, workers' ids, an answer for each of twelve pairs."""
    photos = list(study.test_set.photos.all()[:count])
    row = {"WorkerId": "A1B2C3", "AssignmentStatus": "Approved"}
    for n, photo in enumerate(photos):
        name = photo.name.rpartition("/")[2]
        left = n % 2 == 0
        real, fake = f"gt/{name}", f"my_alg/{name}" if n != 11 else f"vigilance/{name}"
        row[f"Input.gt_side{n}"] = "left" if left else "right"
        row[f"Input.images_left{n}"], row[f"Input.images_right{n}"] = (real, fake) if left else (fake, real)
        row[f"Answer.selection{n}"] = "right"
    return [row, row | {"WorkerId": "D4E5F6", "AssignmentStatus": "Rejected"}]


def written(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


NAMES = {"my_alg": "grey", "vigilance": "catch"}


def test_an_old_file_of_mechanical_turk_finds_its_photos_by_name(played: Study) -> None:
    old = take(played, written(amt_file(played)), "amt", names=NAMES)
    kinds = list(Trial.objects.filter(participant__study=old, participant__number=1).values_list("kind", flat=True))
    assert kinds == ["PRACTICE"] * 10 + ["TEST", "CATCH"]
    # Trial 10 has the photo left and the right one taken for the fake: nobody is fooled; the rejected row is excluded.
    (rate,) = old.fool_rates.of_people().filter(countable__gt=0)
    assert (rate.fooled, rate.countable, rate.participants) == (0, 1, 1)
    excluded = old.participants.get(number=2)
    assert excluded.exclusion_reason == "rejected on Mechanical Turk"
    for table in (Participant.objects.filter(study=old).values(), Response.objects.values()):
        assert "A1B2C3" not in str(list(table))


BAD_TIDY = [
    ({"photo_sha256": "0" * 64}, "there is no photo"),
    ({"algorithm": "gray"}, "there is no algorithm “gray” here"),
    ({"chosen_side": "left"}, "“left” in chosen_side is none of “LEFT”, “RIGHT”"),
    ({"position": "-1"}, "“-1” in position is not a whole number"),
    ({"rt_ms": "nan"}, "“nan” in rt_ms is not a number of 0 or more"),
    ({"time": "2026-03-02 10:00"}, "does not say in which time zone"),
    ({"flags": "LATE"}, "“LATE” in flags is unknown"),
    ({"question": "REAL"}, "one study at a time"),
    ({"reason": "asked to"}, "something else about participant 1"),
    ({"position": "0"}, "position 0 already"),
    ({"split": "holdout"}, "there is no photo"),
    ({"checkpoint_sha256": "f" * 64}, ""),
    ({"block": "0"}, "practice is block 0"),
]


@pytest.mark.parametrize(("cells", "reason"), BAD_TIDY)
def test_one_bad_line_is_named_and_nothing_is_written(played: Study, cells: dict[str, str], reason: str) -> None:
    text = changed(tidy(played), lambda rows: rows[5].update(cells))
    if not reason:  # the algorithm has no weights of its own to compare with
        assert take(played, text).imported
        return
    with pytest.raises(BadLines) as refused:
        take(played, text)
    assert [problem.line for problem in refused.value.problems] == [7]
    assert reason in refused.value.problems[0].reason
    assert Study.objects.count() == 1


def test_fooled_must_be_what_the_sides_say(played: Study) -> None:
    def lie(rows: Rows) -> None:
        rows[5]["fooled"] = "False" if rows[5]["fooled"] == "True" else "True"

    with pytest.raises(BadLines, match="1 lines or trials"):
        take(played, changed(tidy(played), lie))


def test_every_bad_line_is_listed(played: Study) -> None:
    def spoil(rows: Rows) -> None:
        rows[3]["photo_sha256"] = "0"
        rows[7]["chosen_side"] = ""
        rows[9]["algorithm"] = "?"

    with pytest.raises(BadLines) as refused:
        take(played, changed(tidy(played), spoil))
    assert [problem.line for problem in refused.value.problems] == [5, 9, 11]


BAD_WIDE = [
    ({"Answer.selection3": "unset"}, "Trial 3 has no side"),
    ({"Input.images_left10": "gt/missing.jpg", "Input.images_right10": "my_alg/missing.jpg"}, "no photo “missing.jpg”"),
    ({"Input.images_left10": "gt/other.jpg"}, "shows two different photos"),
    ({"WorkerId": "D4E5F6"}, "The same worker as in line 2"),
]


@pytest.mark.parametrize(("cells", "reason"), BAD_WIDE)
def test_a_bad_row_of_a_wide_table_is_named(played: Study, cells: dict[str, str], reason: str) -> None:
    rows = amt_file(played)
    rows[0] |= cells
    with pytest.raises(BadLines) as refused:
        take(played, written(rows), "amt", names=NAMES)
    assert any(reason in problem.reason for problem in refused.value.problems)
    assert Study.objects.count() == 1


def test_an_imported_study_gets_a_report_though_nothing_was_measured(played: Study) -> None:
    old = take(played, written(amt_file(played)), "amt", names=NAMES)
    store_report(study=old)
    content = old.reports.get(simulated=False).content
    assert (content["overall"]["rate"], content["response_times"], content["exposure"]) == (0, None, [])
    assert content["counts"]["excluded"] == 1


def test_its_pages_are_those_of_any_study_and_say_where_it_is_from(played: Study, researcher: Client) -> None:
    store_report(study=take(played, written(amt_file(played)), "amt", names=NAMES))
    for page in ("", "results/", "live/", "photos/", "methods/", "design/", "export/psych-ds/"):
        assert researcher.get(f"/studies/old-study/{page}").status_code in {200, 302}, page
    for page in ("", "results/"):
        assert "given elsewhere" in researcher.get(f"/studies/old-study/{page}").content.decode()
        assert "given elsewhere" not in researcher.get(f"/studies/sunday-study/{page}").content.decode()


def test_a_photo_name_that_two_photos_have_is_not_guessed(played: Study) -> None:
    one, other = played.test_set.photos.all()[:2]
    for photo, folder in ((one, "a"), (other, "b")):
        photo.name = f"{folder}/1.jpg"
        photo.save()
    with pytest.raises(BadLines) as refused:
        take(played, written(amt_file(played)), "amt", names=NAMES)
    assert "several photos are called “1.jpg”" in refused.value.problems[0].reason


def test_another_file_is_refused_in_one_sentence(played: Study) -> None:
    with pytest.raises(Unusable, match="not a tidy export: it has no column “participant”"):
        read_tidy(["a,b", "1,2"])
    with pytest.raises(Unusable, match="not the wide table"):
        read_wide(["a,b", "1,2"], practice=10)
    with pytest.raises(Refused, match="no response in this file"):
        take(played, tidy(played).partition("\n")[0])


def test_other_weights_under_the_same_name_are_refused(played: Study) -> None:
    text = changed(tidy(played), lambda rows: [row.update(checkpoint_sha256="a" * 64) for row in rows])
    model = Algorithm.objects.create(
        slug="model", name="Model", kind="MODEL", checkpoint="model.safetensors", sha256="b" * 64
    )
    with pytest.raises(BadLines) as refused:
        take(played, text, names={"grey": model.slug})
    assert "the weights of “grey” here are other ones" in refused.value.problems[0].reason


def test_nobody_can_ever_take_part_in_an_imported_study(played: Study, client: Client) -> None:
    study = take(played, tidy(played))
    with pytest.raises(Refused, match="given elsewhere"):
        services.open_study(study=study)
    with pytest.raises(IntegrityError), transaction.atomic():
        Study.objects.filter(pk=study.pk).update(status="OPEN")
    with pytest.raises(Refused):
        services.admit_participant(study=study)
    copied = services.copy_study(study=study)
    assert (copied.status, copied.imported) == ("DRAFT", "")


def command(*options: str) -> str:
    said = io.StringIO()
    call_command("import_responses", *options, stdout=said, stderr=said)
    return said.getvalue()


def test_the_command_says_what_it_took_and_what_it_gives(played: Study, researcher: Client, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text(tidy(played), encoding="utf-8-sig")
    options = (str(file), "--format", "tidy", "--test-set", "photographs", "--title", "Old study")
    said = command(*options)
    assert "78 responses of 6 participants" in said
    assert "/studies/old-study/results/" in said
    (rate,) = FoolRate.objects.filter(study__slug="old-study", simulated=False, split="test")
    assert f"Grey, test: {rate.rate_percent}" in said
    assert "given elsewhere" in researcher.get("/studies/old-study/methods/").content.decode()
    with pytest.raises(CommandError, match="needs a title of its own"):
        command(*options)


def test_the_command_refuses_in_sentences(played: Study, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    options = ("--format", "tidy", "--test-set", "photographs", "--title", "Old study")
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        command(str(file), *options)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="not text in UTF-8"):
        command(str(file), *options)
    file.write_text("a,b\n")
    with pytest.raises(CommandError, match="not a tidy export"):
        command(str(file), *options)
    file.write_text(tidy(played))
    with pytest.raises(CommandError, match="There is no test set “elsewhere” here"):
        command(str(file), *options[:2], "--test-set", "elsewhere", "--title", "Old study")
    with pytest.raises(CommandError, match="takes NAME=SLUG"):
        command(str(file), *options, "--algorithm", "grey")


def test_an_imported_study_asks_only_for_the_pairs_that_it_showed(played: Study) -> None:
    bare = TestSet.objects.create(slug="bare", name="bare", status="READY")
    for photo in played.test_set.photos.all():
        photo.pk, photo.test_set = None, bare
        photo.save()
    old = take(played, written(amt_file(played)), "amt", names=NAMES, test_set=bare)
    assert old.test_set == bare
    assert sum(photo.colorizations.count() for photo in bare.photos.all()) == 12
