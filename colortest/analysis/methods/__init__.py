"""The methods paragraph of a paper, from the study itself."""

from django.utils import translation

from colortest.analysis.methods.facts import facts_of
from colortest.analysis.methods.paragraph import paragraph
from colortest.experiment.models import Study

__all__ = ["methods_paragraph"]


def methods_paragraph(study: Study, language: str) -> str:
    """Ready to paste, in one of the site's languages: every number of the protocol, all counts and exclusions."""
    with translation.override(language):
        return paragraph(facts_of(study))
