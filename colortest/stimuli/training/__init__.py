"""How a checkpoint came to be, from the JSON beside its weights, as lines and tables to read.

Any JSON will do, of an old run or of somebody else's too: what is missing, or has another shape, is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colortest.stimuli.training.evaluations import Evaluations, read_evaluations
from colortest.stimuli.training.facts import Fact, read_facts
from colortest.stimuli.training.lenient import text
from colortest.stimuli.training.stages import Stage, read_stages

__all__ = ["Evaluations", "Fact", "Stage", "Training", "read_training"]


@dataclass(frozen=True)
class Training:
    """What a page shows of it; any of these may be empty."""

    facts: tuple[Fact, ...]
    command: str
    stages: tuple[Stage, ...]
    evaluations: Evaluations


def read_training(network: Mapping[str, Any], training: Mapping[str, Any]) -> Training:
    """From `network` and `training` of a checkpoint's JSON."""
    return Training(
        facts=read_facts(network, training),
        command=text(training.get("command")),
        stages=read_stages(training),
        evaluations=read_evaluations(training.get("evaluations")),
    )
