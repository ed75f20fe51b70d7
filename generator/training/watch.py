"""Watches the discriminator: when a stage has reached what it is for, and when a run is lost."""

from collections.abc import Mapping

from generator.training.options import Stage

MEMORY = 0.95  # of the running mean of the accuracy
TOO_SURE, PATIENCE = 0.97, 500  # steps in which a discriminator this right teaches nothing
MOST_VARIATION = 2.0  # times the truth's total variation of ab


class Watch:
    """The eyes on one stage. Their memory is part of a run's state."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.memory = {"accuracy": 0.5, "sure": 0.0}

    def look(self, numbers: Mapping[str, float]) -> None:
        """Remember what one step logged of the discriminator; a step without one changes nothing."""
        if "accuracy" in numbers:
            accuracy = numbers["accuracy"]
            self.memory["accuracy"] = MEMORY * self.memory["accuracy"] + (1 - MEMORY) * accuracy
            self.memory["sure"] = self.memory["sure"] + 1 if accuracy > TOO_SURE else 0.0

    @property
    def reached(self) -> bool:
        """Whether the discriminator is as good as the stage wants it."""
        return self.stage.until_accuracy is not None and self.memory["accuracy"] >= self.stage.until_accuracy

    @property
    def lost(self) -> str:
        """Why going on is of no use, or nothing."""
        if self.memory["sure"] >= PATIENCE:
            return f"the discriminator was right more than {TOO_SURE:.0%} of the time in {PATIENCE} steps."
        return ""


def patchy(evaluations: Mapping[str, Mapping[str, float]]) -> str:
    """Why colours that vary this much are of no use, or nothing."""
    worst = max((numbers["ab_variation_ratio"] for numbers in evaluations.values()), default=0.0)
    return f"the colours vary {worst:.1f} times as much as real ones: patches." if worst > MOST_VARIATION else ""
