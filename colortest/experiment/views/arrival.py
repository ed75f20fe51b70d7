"""Who stands at the door of a study, by the address that they came with and what their browser remembers."""

from dataclasses import dataclass
from typing import Self

from django.http import HttpRequest

from colortest.experiment import services
from colortest.experiment.models import Participant, Study
from colortest.experiment.passes import Pass, is_pass
from colortest.experiment.recruiters import RECRUITERS, outside_id
from colortest.experiment.views import cookies


@dataclass(frozen=True)
class Arrival:
    """`outside_id` is the recruiter's name for the person, `run` the one that they go back to, if there is any.

    A rehearsal, which is a researcher's, begins anew each time; neither it nor a simulated participant is anybody.
    """

    outside_id: str
    simulated: bool
    rehearsal: bool
    run: Participant | None

    @classmethod
    def of(cls, request: HttpRequest, study: Study) -> Self:
        """Who arrives at this study with this request."""
        rehearsal, simulated = (carries(request, study, kind) for kind in (Pass.REHEARSAL, Pass.SIMULATION))
        if rehearsal:
            return cls(outside_id="", simulated=False, rehearsal=True, run=None)
        person = "" if simulated else sent_id(request, study) or cookies.outside_id(request, study)
        run = services.run_of(study, person) if person else cookies.known_run(request, study)
        return cls(outside_id=person, simulated=simulated, rehearsal=False, run=run)

    @property
    def counts(self) -> bool:
        """Whether this is a person, who needs a place in the study."""
        return not (self.simulated or self.rehearsal)


def sent_id(request: HttpRequest, study: Study) -> str:
    """The outside id in the address itself."""
    return outside_id(RECRUITERS[study.recruiter], request.GET.dict())


def carries(request: HttpRequest, study: Study, kind: Pass) -> bool:
    """Whether the address carries a pass of this kind."""
    return is_pass(study, kind, request.GET.get(kind.parameter, ""))
