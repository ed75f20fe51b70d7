"""What every network's options have in common: they go to JSON and come back strictly."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

from generator.typed import check_types


@dataclass(frozen=True)
class Options:
    """Everything that decides the shape of one kind of network."""

    kind: ClassVar[str]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Strict: every option must be named, and nothing else. Raises ValueError naming what is wrong."""
        names = {field.name for field in fields(cls)}
        given = set(values) - {"kind"}
        if unknown := sorted(given - names):
            raise ValueError(f"unknown option {', '.join(unknown)}.")
        if missing := sorted(names - given):
            raise ValueError(f"missing option {', '.join(missing)}.")
        check_types(cls, {name: values[name] for name in names})
        return cls(**{name: _hashable(values[name]) for name in names})

    def to_json(self) -> dict[str, Any]:
        """Every option and the kind of network as plain JSON values, which `from_json` takes back."""
        return {"kind": self.kind, **{name: _plain(value) for name, value in asdict(self).items()}}


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
