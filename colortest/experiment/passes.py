"""Passes that only this site can issue: a run is simulated, or a rehearsal, or somebody has withdrawn."""

from enum import Enum

from django.core import signing

from colortest.experiment.models import Study


class Pass(Enum):
    """What a pass is for, by the parameter of an address that carries it; with the seconds for which it is good."""

    SIMULATION = "simulation", 3600
    REHEARSAL = "test", 7 * 24 * 3600
    WITHDRAWN = "withdrawn", 3600

    def __init__(self, parameter: str, seconds: int) -> None:
        self.parameter = parameter
        self.seconds = seconds

    @property
    def salt(self) -> str:
        return f"colortest.{self.parameter}"


def issue_pass(study: Study, kind: Pass) -> str:
    """What an address of the study must carry."""
    return signing.dumps(study.pk, salt=kind.salt)


def is_pass(study: Study, kind: Pass, value: str) -> bool:
    """Whether the pass is ours, of this kind, for this study, and fresh."""
    try:
        return bool(signing.loads(value, salt=kind.salt, max_age=kind.seconds) == study.pk)
    except signing.BadSignature:
        return False
