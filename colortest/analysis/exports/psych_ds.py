"""A study as a Psych-DS dataset, zipped: <https://psychds-docs.readthedocs.io>, version 1.5.1 of its schema.

`dataset_description.json` is JSON-LD in the words of schema.org and describes every column of every data file; each
participant's responses are a CSV of their own, named by keywords. Nothing in it depends on when it is made: the same
responses give the same bytes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from colortest.analysis.exports.codebook import codebook, variables
from colortest.analysis.exports.numbers import numbers_json
from colortest.analysis.exports.tidy import tables_of_participants
from colortest.analysis.exports.zips import zipped
from colortest.analysis.methods import methods_paragraph
from colortest.experiment.models import DESIGN, Response, Study, StudyEvent
from colortest.refusal import Refused

SCHEMA_VERSION = "Psych-DS 1.5.1"
SUMMARY = (
    "Responses of people who were shown photographs and machine-made colorizations of photographs, and said which they "
    "took for real. One row of a data file is one response. Where responses of simulated participants are included, "
    "the column “simulated” says so."
)
SCRIPT = Path(__file__).with_name("fool_rates_script.py")
KEYWORDS = ["image colorization", "fool rate", "two-alternative forced choice", "visual perception"]


def psych_ds_zip(study: Study) -> Iterator[bytes]:
    """The zip in pieces, the first of them at once.

    Raises:
        Refused: there is no response, and so no data file, without which there is no such dataset.
    """
    if not Response.objects.of_study(study).exists():
        why = "those of this study have been erased" if study.frozen_rates else "this study has none yet"
        raise Refused(f"A Psych-DS dataset needs at least one response, and {why}.")
    return zipped((f"{study.slug}/{path}", content) for path, content in _files(study))


def data_file_name(study: Study, number: int) -> str:
    """Keywords and values, which must be letters and digits."""
    return f"study-{study.slug.replace('-', '').replace('_', '') or study.pk}_subject-{number}_data.csv"


def description(study: Study) -> dict[str, Any]:
    """The content of `dataset_description.json`."""
    return {
        "@context": "http://schema.org/",
        "@type": "Dataset",
        "name": study.title,
        "description": SUMMARY,
        "schemaVersion": SCHEMA_VERSION,
        "identifier": f"sha256:{study.design_hash}",
        "keywords": KEYWORDS,
        "variableMeasured": variables(),
    }


def _files(study: Study) -> Iterator[tuple[str, bytes]]:
    """(path, content), in the order of the archive; a batch of participants in memory at a time."""
    yield "dataset_description.json", _json(description(study))
    yield "README.md", _readme(study).encode()
    yield "CHANGES.md", _changes(study).encode()
    yield ".psychds-ignore", b"# Validators pass nothing over here but the folders that they always do.\n"
    yield "analysis/fool_rates.py", SCRIPT.read_bytes()
    yield "documentation/codebook.md", codebook().encode()
    for text in study.consent_texts.all():
        yield f"documentation/consent_{text.language}.txt", f"{text.text}\n".encode()
    for language in ("en", "es"):
        yield f"documentation/methods_{language}.txt", f"{methods_paragraph(study, language)}\n".encode()
    yield "materials/design.json", _json(_design(study))
    yield "results/numbers.json", b"".join(numbers_json(study))
    for number, table in tables_of_participants(study):
        yield f"data/{data_file_name(study, number)}", table


def _design(study: Study) -> dict[str, Any]:
    """Everything that the design hash covers but the texts and the photos, which are hashed in the data."""
    columns = {name.removesuffix("_id"): getattr(study, name) for name in DESIGN}
    algorithms = [dict(row) for row in study.algorithms.order_by("slug").values("slug", "name", "kind", "sha256")]
    return {**columns, "test_set": study.test_set.slug, "algorithms": algorithms, "design_hash": study.design_hash}


def _readme(study: Study) -> str:
    splits = ", ".join(study.splits)
    return f"""# {study.title}

{SUMMARY}

- Each file in `data/` holds the responses of one participant. `participant` and `position` together name a row.
- `documentation/codebook.md` says what every column holds; `dataset_description.json` says it for programs.
- `documentation/methods_en.txt` is a methods paragraph with every number of the protocol.
- `materials/design.json` is the design that was frozen before the first participant. The SHA-256 over it, the consent
  texts and the photos is `{study.design_hash}`.
- `results/numbers.json` holds the fool rates with their intervals.
- `analysis/fool_rates.py` finds them from `data/` alone: `python analysis/fool_rates.py`, with nothing installed.

A fool rate is the share of responses in which the fake was taken for the real photo (`fooled`), over all test trials
(`kind` is TEST) of people (`simulated` is False) who finished (`finished`) and are not excluded (`excluded`), without
flags (`flags` is empty). At 50 % people cannot tell a fake from a photo.

Photos: test set “{study.test_set.name}”, splits {splits}. {study.test_set.licence}
{_erased(study)}"""


def _erased(study: Study) -> str:
    """What is to be known of a dataset that is no longer whole."""
    if not study.frozen_rates:
        return ""
    return f"""
As agreed with participants, responses have been erased {study.retention_days} days after they were given: `data/` holds
those whose time is not up. The methods paragraph and the fool rates are from before that, and count all.
"""


def _changes(study: Study) -> str:
    """What was done with the study since it opened, the latest last; whose it is on the site is no part of the data."""
    events = study.events.exclude(what=StudyEvent.What.HANDED)
    lines = [f"- {event.at:%Y-%m-%d}: the study was {_done(event.what)}" for event in events]
    return "\n".join(
        ["# Changes", "", *lines, ""] if lines else ["# Changes", "", "- The study has not been opened.", ""]
    )


def _done(what: str) -> str:
    known = {
        "OPENED": "opened.",
        "PAUSED": "paused.",
        "RESUMED": "opened again after the pause.",
        "CLOSED": "closed.",
        "IMPORTED": "made from responses that were given elsewhere.",
    }
    return known.get(what, "changed: responses were erased.")


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
