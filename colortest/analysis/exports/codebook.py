"""What every column of the tidy export holds, for people and for programs."""

from typing import Any

from colortest.analysis.exports.columns import COLUMNS, Column
from colortest.analysis.formulas import TOLD


def codebook() -> str:
    """A table in Markdown."""
    rows = (f"| `{one.name}` | {_description(one)} | {one.unit} | {_levels(one)} |" for one in COLUMNS)
    return "\n".join(["# Codebook", "", "| column | what it holds | unit | values |", "|---|---|---|---|", *rows, ""])


def variables() -> list[dict[str, Any]]:
    """The same as schema.org's PropertyValue objects."""
    return [_variable(column) for column in COLUMNS]


def _levels(column: Column) -> str:
    return "; ".join(f"{value}: {meaning}" for value, meaning in column.levels.items())


def _description(column: Column) -> str:
    return f"{column.description} {TOLD}" if column.outside else column.description


def _variable(column: Column) -> dict[str, Any]:
    several = " A cell may hold several values, separated by spaces." if column.several else ""
    variable: dict[str, Any] = {
        "@type": "PropertyValue",
        "name": column.name,
        "description": f"{_description(column)}{several}",
    }
    if column.unit:
        variable |= {"unitText": column.unit, "minValue": 0}
    if column.levels:
        variable["valueReference"] = [
            {"@type": "PropertyValue", "value": str(value), "description": meaning}
            for value, meaning in column.levels.items()
        ]
    return variable
