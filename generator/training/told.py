"""What a run is told when it begins, kept as JSON in its folder: a resumed run is told the same."""

from collections.abc import Mapping
from typing import Any, TypedDict, cast

from generator.data import DataError
from generator.training.options import Configuration
from generator.typed import check_types


class Told(TypedDict):
    """Paths are kept as they were typed, with the folder that they are from: a run can be resumed from anywhere."""

    name: str
    configuration: dict[str, Any]
    directory: str
    data: list[str]
    whole: list[str]
    encoder: str
    encoder_sha256: str | None
    start: str | None
    seed: int
    half: bool
    threads: int
    device: str
    processes: int
    command: str
    machine: str
    torch: str


def read_told(values: Mapping[str, Any], run: object) -> Told:
    """What the JSON in the folder of a run says. Raises DataError where it is not what a run is told."""
    try:
        if missing := sorted(Told.__required_keys__ - values.keys()):
            raise ValueError(f"it does not name {', '.join(missing)}.")
        check_types(Told, values)
    except ValueError as error:
        raise _refusal(run, error) from error
    return cast(Told, values)


def read_configuration(told: Told, run: object) -> Configuration:
    """The configuration of a run. Raises DataError where this version knows no such configuration."""
    try:
        return Configuration.from_json(told["configuration"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _refusal(run, error) from error


def _refusal(run: object, error: Exception) -> DataError:
    return DataError(f"{run} holds no run to go on with: its config.json is changed or of another version ({error}).")
