"""What a participant will see, as every page of a researcher tells it."""

from typing import Any

from django.utils.translation import get_language_info

from colortest.experiment.models import Study
from colortest.experiment.screen import room
from colortest.experiment.timeline import timeline_svg
from colortest.experiment.views.pages import telling
from colortest.experiment.words import arrival, passages, reporting


def words_of(study: Study) -> dict[str, Any]:
    """The context of `experiment/_words.html`; the study need not be saved."""
    before = arrival(
        colour_vision=study.colour_vision,
        room=room(study.least_width, study.least_height),
        minutes=telling(study).minutes,
        languages=[get_language_info(code)["name"] for code in study.languages],
        retention_days=study.retention_days,
    )
    after = reporting(interim=study.interim, equivalence_margin=study.equivalence_margin)
    return {"passages": [*passages(study.protocol), before, after], "timeline": timeline_svg(study.protocol)}
