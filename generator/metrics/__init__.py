"""Numbers about colorizations, each beside the truth's and grey's, because most of them reward grey when read alone."""

from generator.metrics.evaluation import Measured, evaluate, evaluate_with_intervals
from generator.metrics.measures import colourfulness
from generator.metrics.summary import METRICS, Metric

__all__ = ["METRICS", "Measured", "Metric", "colourfulness", "evaluate", "evaluate_with_intervals"]
