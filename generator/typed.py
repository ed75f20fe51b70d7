"""Values from JSON, held against the types of what they are to become."""

from collections.abc import Mapping
from reprlib import repr as shortened
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def check_types(kind: type, values: Mapping[str, Any]) -> None:
    """That each value is what `kind`, a dataclass or TypedDict, says of its name; names it lacks are not looked at.

    A list may become a tuple, and a whole number a float. Raises ValueError naming the first value that cannot be.
    """
    wanted = get_type_hints(kind)
    for name, value in values.items():
        if name in wanted and not _fits(value, wanted[name]):
            raise ValueError(f"{name} is {shortened(value)}; it must be {_named(wanted[name])}.")


def _fits(value: Any, wanted: Any) -> bool:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is tuple:
        return isinstance(value, list | tuple) and _all_fit(value, inner)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, inner[0]) for item in value)
    if origin in (dict, Mapping):
        return isinstance(value, Mapping) and all(_fits(item, inner[1]) for item in value.values())
    if wanted is float:
        return type(value) in (int, float)
    return wanted is Any or type(value) is wanted  # not isinstance: true is no number


def _all_fit(values: list[Any] | tuple[Any, ...], inner: tuple[Any, ...]) -> bool:
    if inner[-1] is Ellipsis:
        return all(_fits(value, inner[0]) for value in values)
    return len(values) == len(inner) and all(map(_fits, values, inner))


def _named(wanted: Any) -> str:
    return wanted.__name__ if get_origin(wanted) is None else str(wanted)
