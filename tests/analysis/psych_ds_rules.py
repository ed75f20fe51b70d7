"""The rules of Psych-DS as its schema 1.5.1 and its validator 1.5.1 have them, checked without any program of theirs.

Compared rule by rule with `schema_model/versions/1.5.1`, and the files of earlier versions that it leaves, of
<https://github.com/psych-ds/psych-DS>, and with <https://github.com/psych-ds/psychds-validator> of June 2026, a program
for Deno, whose codes these are. Left out: sidecar metadata and `.tsv`, which we do not write, and the recommended keys
(author, citation, license, funder, url), which it passes over.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

SCHEMA_ORG = {
    f"{scheme}://{www}schema.org{end}" for scheme in ("http", "https") for www in ("", "www.") for end in ("", "/")
}
DATA_FILE = re.compile(r"([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.(csv|tsv)")
KEYWORDS = {"study", "site", "subject", "session", "task", "condition", "trial", "stimulus", "description"}
# Of schema.org, as far as a data set of ours needs them: <https://schema.org/Dataset>, <https://schema.org/PropertyValue>
PROPERTIES = {
    "Dataset": {"name", "description", "schemaVersion", "identifier", "keywords", "variableMeasured"},
    "PropertyValue": {"name", "description", "unitText", "minValue", "maxValue", "value", "valueReference"},
}
# Which types of objects a property takes, of those that we use.
RANGES = {"variableMeasured": {"PropertyValue"}, "valueReference": {"PropertyValue"}}
FOLDERS = ("analysis", "results", "materials", "documentation")  # recommended; what is in them is not looked at
ROOT_FILES = {"dataset_description.json", "README.md", "README.txt", "CHANGES.md", "CHANGES.txt", ".psychds-ignore"}

Files = dict[str, bytes]


def errors(files: Files) -> set[str]:
    """The codes of all rules that are broken. Paths are relative to the root of the data set."""
    data = [path for path in files if path.startswith("data/") and path.endswith(".csv")]
    found = {"MISSING_DATA_DIRECTORY"} if not any(path.startswith("data/") for path in files) else set()
    good = [path for path in data if DATA_FILE.fullmatch(path.rpartition("/")[2])]
    if len(good) < len(data):
        found.add("FILENAME_KEYWORD_FORMATTING_ERROR")
    if not good:
        found.add("MISSING_DATAFILE")
    if "dataset_description.json" not in files:
        return found | {"MISSING_DATASET_DESCRIPTION"}
    try:
        described = json.loads(files["dataset_description.json"].decode("utf-8"))
    except ValueError:
        return found | {"JSON_INVALID"}
    found |= set(_of_metadata(described))
    columns = {one if isinstance(one, str) else one.get("name") for one in described.get("variableMeasured", [])}
    headers = {name for path in good for name in _header(files[path])}
    found |= {"VARIABLE_MISSING_FROM_CSV_COLUMNS"} if good and not columns <= headers else set()
    return found.union(*(_of_data(files[path], columns) for path in good))


def warnings(files: Files) -> set[str]:
    """What is recommended and not there, or there and not known to schema.org or to Psych-DS."""
    found = {f"EMPTY: {path}" for path, content in files.items() if not content}
    for name in ("README", "CHANGES"):
        if not {f"{name}.md", f"{name}.txt"} & set(files):
            found.add(f"MISSING_{name}_DOC")
    if ".psychds-ignore" not in files:
        found.add("MISSING_PSYCHDSIGNORE")
    for folder in FOLDERS:
        if not any(path.startswith(f"{folder}/") for path in files):
            found.add(f"MISSING_{folder.upper()}_DIRECTORY")
    for path in files:
        name = path.rpartition("/")[2]
        data = path.startswith("data/") and DATA_FILE.fullmatch(name)
        if not data and path not in ROOT_FILES and path.partition("/")[0] not in FOLDERS:
            found.add(f"FILE_NOT_CHECKED: {path}")
        if name == "dataset_description.json" and path != name:
            found.add("WRONG_METADATA_LOCATION")
        if path.startswith("data/") and name.endswith("_data.csv"):
            keys = {pair.partition("-")[0] for pair in name.removesuffix("_data.csv").split("_")}
            found |= {f"FILENAME_UNOFFICIAL_KEYWORD_WARNING: {key}" for key in keys - KEYWORDS}
    return found | set(_not_schema_org(json.loads(files["dataset_description.json"])))


def _of_metadata(described: dict[str, Any]) -> Iterator[str]:
    if "@context" not in described:
        yield "INVALID_JSONLD_FORMATTING"
    elif described["@context"] not in SCHEMA_ORG:
        yield "JSON_KEY_REQUIRED: no key is schema.org's with another @context"
    if "@type" not in described:
        yield "MISSING_DATASET_TYPE"
    elif described["@type"] not in {"Dataset", "http://schema.org/Dataset"}:
        yield "INCORRECT_DATASET_TYPE"
    for key in ("name", "description", "variableMeasured"):
        if not described.get(key):
            yield f"JSON_KEY_REQUIRED: {key}"


def _header(content: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline="")), [])


def _of_data(content: bytes, columns: set[str]) -> set[str]:
    try:
        header, *rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return {"CSV_FORMATTING_ERROR"}
    except ValueError:
        return {"CSV_HEADER_MISSING"}
    found = {"CSV_COLUMN_MISSING_FROM_METADATA"} if not set(header) <= columns else set()
    if len(set(header)) < len(header):
        found.add("CSV_HEADER_REPEATED")
    if any(len(row) != len(header) for row in rows):
        found.add("CSV_HEADER_LENGTH_MISMATCH")
    if "row_id" in header:
        ids = [row[header.index("row_id")] for row in rows]
        found |= {"ROWID_VALUES_NOT_UNIQUE"} if len(set(ids)) < len(ids) else set()
    return found


def _not_schema_org(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _not_schema_org(one)
    if isinstance(value, dict):
        if "@type" not in value:
            yield "OBJECT_TYPE_MISSING"
        known = PROPERTIES.get(value.get("@type", ""), set()) | {"@context", "@type"}
        yield from (f"INVALID_SCHEMAORG_PROPERTY: {key}" for key in value.keys() - known)
        for key, types in RANGES.items():
            objects = (one for one in value.get(key, []) if isinstance(one, dict))
            yield from (f"INVALID_OBJECT_TYPE: {key}" for one in objects if one.get("@type") not in types)
        for one in value.values():
            yield from _not_schema_org(one)
