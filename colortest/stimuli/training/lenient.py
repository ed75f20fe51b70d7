"""Reading JSON whose shape nobody promised: each function answers for any value."""

from typing import Any, TypeGuard

LARGEST = 1e15  # what is larger is no measurement, and not a number least of all


def mapping(value: Any) -> dict[str, Any]:
    """The object, or an empty one, in the order of its names: PostgreSQL keeps no order of them."""
    return dict(sorted(value.items())) if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, or none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether it can be written as a number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def is_count(value: Any) -> TypeGuard[int]:
    """Whether it is a whole number."""
    return isinstance(value, int) and is_number(value)


def text(value: Any) -> str:
    """A word, a number or yes and no; nothing for what takes more than a line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str) or is_number(value) else ""


def joined(separator: str, *parts: str) -> str:
    """The parts that are not empty."""
    return separator.join(filter(None, parts))
