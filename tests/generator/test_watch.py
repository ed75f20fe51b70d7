"""When a run is lost, and which of its checkpoints is the best."""

from generator.training.choice import Choice
from generator.training.watch import PATIENCE, Watch, patchy
from tests.generator.test_training import GAME


def test_a_discriminator_that_is_always_right_means_a_lost_run() -> None:
    watched = Watch(GAME)
    for _ in range(PATIENCE - 1):
        watched.look({"accuracy": 0.99})
    assert not watched.lost
    watched.look({"accuracy": 0.99})
    assert "right more than 97%" in watched.lost
    watched.look({"accuracy": 0.5})
    assert not watched.lost


def test_colours_that_vary_twice_as_much_as_real_ones_are_patches() -> None:
    assert not patchy({"photos": {"ab_variation_ratio": 1.5}})
    assert "2.4 times" in patchy({"photos": {"ab_variation_ratio": 2.4}})


def test_the_best_checkpoint_has_real_colours_at_a_fair_error() -> None:
    choice = Choice(limit=1.15)
    assert choice.is_best({"photos": {"huber": 0.10, "selection_score": 1.0}})
    assert choice.is_best({"photos": {"huber": 0.11, "selection_score": 0.5}})
    assert not choice.is_best({"photos": {"huber": 0.12, "selection_score": 0.1}})  # too wrong
    assert not choice.is_best({"photos": {"huber": 0.10, "selection_score": 0.6}})  # too pale
    assert choice.is_best({"photos": {"huber": 0.09, "selection_score": 0.7}})  # the best before is too wrong beside it


def test_numbers_that_are_none_are_never_the_best() -> None:
    choice = Choice(limit=1.15)
    assert not choice.is_best({"photos": {"huber": 0.1, "selection_score": float("nan")}})
    assert choice.is_best({"photos": {"huber": 0.1, "selection_score": 9.0}})
