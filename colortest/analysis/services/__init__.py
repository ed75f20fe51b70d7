"""Writes of what the responses mean."""

from colortest.analysis.services.fool_rates import compute_fool_rates, erase_expired, stale

__all__ = ["compute_fool_rates", "erase_expired", "stale"]
