"""What the responses mean: fool rates, computed off-line and stored."""

from colortest.analysis.models.fool_rates import FoolRate, FoolRateQuerySet
from colortest.analysis.models.sharing import ApiToken, ViewerLink

__all__ = ["ApiToken", "FoolRate", "FoolRateQuerySet", "ViewerLink"]
