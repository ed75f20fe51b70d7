"""Writes of studies, participants and responses. Each is atomic and rings for what follows it."""

from colortest.experiment.services.allocation import hear_of
from colortest.experiment.services.checks import give_up_screen, look_of, plates_of, record_screen, record_vision
from colortest.experiment.services.designs import (
    change_design,
    close_study,
    copy_study,
    create_study,
    delete_draft,
    design_hash,
    open_study,
    pause_study,
    request_missing,
    shortfall,
)
from colortest.experiment.services.ethics import close_expired, erase_expired, erase_run, withdraw
from colortest.experiment.services.previews import end_preview, start_preview, sweep_previews
from colortest.experiment.services.recruitment import (
    Farewell,
    OverQuota,
    completion_for,
    completion_of,
    is_full,
    run_of,
    set_completions,
    set_recruiter,
)
from colortest.experiment.services.runs import admit_participant, begin, record_response
from colortest.experiment.services.teams import hand_over

__all__ = [
    "Farewell",
    "OverQuota",
    "admit_participant",
    "begin",
    "change_design",
    "close_expired",
    "close_study",
    "completion_for",
    "completion_of",
    "copy_study",
    "create_study",
    "delete_draft",
    "design_hash",
    "end_preview",
    "erase_expired",
    "erase_run",
    "give_up_screen",
    "hand_over",
    "hear_of",
    "is_full",
    "look_of",
    "open_study",
    "pause_study",
    "plates_of",
    "record_response",
    "record_screen",
    "record_vision",
    "request_missing",
    "run_of",
    "set_completions",
    "set_recruiter",
    "shortfall",
    "start_preview",
    "sweep_previews",
    "withdraw",
]
