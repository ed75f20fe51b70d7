"""What the responses mean: fool rates, computed off-line and stored."""

from colortest.analysis.models.fool_rates import FoolRate, FoolRateQuerySet

__all__ = ["FoolRate", "FoolRateQuerySet"]
