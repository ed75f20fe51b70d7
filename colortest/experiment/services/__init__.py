"""Writes of studies, participants and responses. Each is atomic and rings for what follows it."""

from colortest.experiment.services.designs import close_study, create_study, design_hash, open_study, shortfall
from colortest.experiment.services.runs import admit_participant, begin, record_response

__all__ = [
    "admit_participant",
    "begin",
    "close_study",
    "create_study",
    "design_hash",
    "open_study",
    "record_response",
    "shortfall",
]
