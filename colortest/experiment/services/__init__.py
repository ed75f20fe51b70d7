"""Writes of studies, participants and responses. Each is atomic and rings for what follows it."""

from colortest.experiment.services.designs import (
    change_design,
    close_study,
    copy_study,
    create_study,
    design_hash,
    open_study,
    request_missing,
    shortfall,
)
from colortest.experiment.services.recruitment import (
    OverQuota,
    completion_for,
    completion_of,
    is_full,
    run_of,
    set_completions,
    set_recruiter,
)
from colortest.experiment.services.runs import admit_participant, begin, record_response

__all__ = [
    "OverQuota",
    "admit_participant",
    "begin",
    "change_design",
    "close_study",
    "completion_for",
    "completion_of",
    "copy_study",
    "create_study",
    "design_hash",
    "is_full",
    "open_study",
    "record_response",
    "request_missing",
    "run_of",
    "set_completions",
    "set_recruiter",
    "shortfall",
]
