"""Who saw what and what they said: studies and their arms; participants, trials and responses."""

from colortest.experiment.models.protocol import Assignment, Order, Presentation, Question
from colortest.experiment.models.recruitment import Completion, Lapse, OutsideId, StudyEvent, Withdrawal
from colortest.experiment.models.run import (
    CODE,
    HEARD_EVERY,
    Participant,
    ParticipantQuerySet,
    Response,
    Trial,
    secret,
)
from colortest.experiment.models.study import DESIGN, Arm, ConsentText, Study, new_seed

__all__ = [
    "CODE",
    "DESIGN",
    "HEARD_EVERY",
    "Arm",
    "Assignment",
    "Completion",
    "ConsentText",
    "Order",
    "Lapse",
    "OutsideId",
    "Participant",
    "ParticipantQuerySet",
    "Presentation",
    "Question",
    "Response",
    "Study",
    "StudyEvent",
    "Trial",
    "Withdrawal",
    "new_seed",
    "secret",
]
