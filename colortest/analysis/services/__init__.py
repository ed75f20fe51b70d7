"""Writes of what the responses mean."""

from colortest.analysis.services.fool_rates import compute_fool_rates, recompute_fool_rates, stale
from colortest.analysis.services.sharing import make_link, make_token, note_use, revoke_link, revoke_token

__all__ = [
    "compute_fool_rates",
    "make_link",
    "make_token",
    "note_use",
    "recompute_fool_rates",
    "revoke_link",
    "revoke_token",
    "stale",
]
