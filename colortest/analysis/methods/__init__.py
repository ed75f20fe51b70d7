"""The methods paragraph of a paper, from the study itself."""

from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from colortest.analysis.methods.facts import facts_of
from colortest.analysis.methods.paragraph import paragraph
from colortest.experiment.models import Study

GONE = gettext_noop(
    "The time of this study’s responses is up and they are erased, with them the counts that this paragraph tells: it "
    "can no longer be written."
)

__all__ = ["methods_paragraph"]


def methods_paragraph(study: Study, language: str) -> str:
    """Ready to paste, in one of the site's languages: every number of the protocol, all counts and exclusions. Where
    responses have been erased before their counts were kept, a sentence that says so.
    """
    facts = facts_of(study)
    with translation.override(language):
        return gettext(GONE) if facts is None else paragraph(facts)
