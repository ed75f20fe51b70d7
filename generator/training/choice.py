"""Which of a run's checkpoints is its best: the one whose colours are as strong and as varied as real ones."""

from collections.abc import Mapping
from statistics import fmean


class Choice:
    """Never by error alone, which grey minimises. `limit`: times the best held-out Huber loss that is still fair."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        # The least loss so far; and of the best so far its score and its loss.
        self.memory = {"least": float("inf"), "score": float("inf"), "huber": float("inf")}

    def is_best(self, evaluations: Mapping[str, Mapping[str, float]]) -> bool:
        """Whether these numbers of each held-out set are the best so far; remembers them if they are."""
        if not evaluations:
            return False
        huber = fmean(numbers["huber"] for numbers in evaluations.values())
        score = fmean(numbers["selection_score"] for numbers in evaluations.values())
        least = self.memory["least"] = min(self.memory["least"], huber)
        standing = self.memory["score"] if self.memory["huber"] <= self.limit * least else float("inf")
        if not (huber <= self.limit * least and score < standing):  # nor where one is NaN
            return False
        self.memory |= {"score": score, "huber": huber}
        return True
