"""Which of a run's checkpoints is its best: the one whose colours are as strong and as varied as real ones."""

from collections.abc import Mapping
from statistics import fmean


class Choice:
    """Never by error alone, which grey minimises. `limit`: times the best held-out Huber loss that is still fair."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.memory = {"score": float("inf"), "huber": float("inf")}

    def is_best(self, evaluations: Mapping[str, Mapping[str, float]]) -> bool:
        """Whether these numbers of each held-out set are the best so far; remembers them if they are."""
        if not evaluations:
            return False
        huber = fmean(numbers["huber"] for numbers in evaluations.values())
        score = fmean(numbers["selection_score"] for numbers in evaluations.values())
        self.memory["huber"] = min(self.memory["huber"], huber)
        if not (huber <= self.limit * self.memory["huber"] and score < self.memory["score"]):  # nor where one is NaN
            return False
        self.memory["score"] = score
        return True
