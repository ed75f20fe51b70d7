"""What the responses mean: fool rates, computed off-line and stored."""

from colortest.analysis.models.fool_rates import FoolRate, FoolRateQuerySet, Sums
from colortest.analysis.models.imports import ResponseImport
from colortest.analysis.models.participant_rates import ParticipantRate, ParticipantRateQuerySet
from colortest.analysis.models.reports import PhotoRate, PhotoRateQuerySet, Report
from colortest.analysis.models.sharing import ApiToken, ViewerLink
from colortest.analysis.models.tallies import Tally, TallyQuerySet, Unsummed, Untallied, WhoFinished

__all__ = [
    "ApiToken",
    "FoolRate",
    "FoolRateQuerySet",
    "ParticipantRate",
    "ParticipantRateQuerySet",
    "PhotoRate",
    "PhotoRateQuerySet",
    "Report",
    "ResponseImport",
    "Sums",
    "Tally",
    "TallyQuerySet",
    "Unsummed",
    "Untallied",
    "ViewerLink",
    "WhoFinished",
]
