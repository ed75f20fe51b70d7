"""Who saw what and what they said: studies and their arms; participants, trials and responses."""

from colortest.experiment.models.run import CODE, Participant, Response, Trial, secret
from colortest.experiment.models.study import DESIGN, Arm, Study, new_seed

__all__ = ["CODE", "DESIGN", "Arm", "Participant", "Response", "Study", "Trial", "new_seed", "secret"]
