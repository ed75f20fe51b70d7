"""200 people start within 10 seconds on one machine: all are let in, and everything they will see is balanced."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from colortest import embedded
from tests.load.crowd import stage_in, start_together
from tests.running import real_sides, serving

pytestmark = pytest.mark.processes

PEOPLE, SECONDS = 200, 10.0
# What everybody sees for certain: the reserve is for those whose exposures fail.
SHOWN = """
SELECT trial.participant_id, trial.colorization_id, photo.split, fake.algorithm_id, trial.real_side
FROM experiment_trial trial
JOIN stimuli_colorization fake ON fake.id = trial.colorization_id
JOIN stimuli_photo photo ON photo.id = fake.photo_id
WHERE trial.kind = 'TEST' AND NOT trial.reserve
"""
Row = tuple[int, int, str, int, str]  # participant, pair, split, algorithm, real side


@pytest.fixture(scope="module")
def shown(home: Path) -> Iterator[list[Row]]:
    """Every test trial of a crowd that the site's own web server let in."""
    with serving(home) as site:
        stage_in(home)
        with real_sides(home) as real_side:
            crowd = start_together(site.url, "sunday-study", PEOPLE, within=SECONDS, real_side=real_side)
        assert crowd.failures == []
        where = {"host": str(embedded.sockets(home)), "user": embedded.SUPERUSER, "dbname": embedded.DATABASE}
        with closing(psycopg2.connect(**where)) as connection, connection.cursor() as cursor:
            cursor.execute(SHOWN)
            yield cursor.fetchall()


def spread(found: Iterable[object], of: Iterable[object]) -> int:
    """By how much the most frequent is ahead of the rarest, which may not be there at all."""
    counts = Counter(dict.fromkeys(of, 0))
    counts.update(found)
    return max(counts.values()) - min(counts.values())


def test_all_start_and_each_sees_every_arm_as_often_and_the_photo_on_both_sides(shown: list[Row]) -> None:
    people = {row[0] for row in shown}
    assert len(people) == PEOPLE
    arms = {(split, algorithm) for _, _, split, algorithm, _ in shown}
    assert len(arms) == 4
    for person in people:
        own = [row for row in shown if row[0] == person]
        assert len(own) == len({row[1] for row in own}) == 18
        assert spread((row[2:4] for row in own), arms) <= 1
        assert spread((row[4] for row in own), ("LEFT", "RIGHT")) <= 1


def test_over_all_of_them_arms_photos_and_sides_are_even(shown: list[Row]) -> None:
    arms = {row[2:4] for row in shown}
    assert spread((row[2:4] for row in shown), arms) <= 1
    for arm in arms:
        pairs = [row[1] for row in shown if row[2:4] == arm]
        assert len(set(pairs)) == 30, "every photo of the split"
        assert spread(pairs, ()) <= 1
    leans: Counter[int] = Counter()
    for _, pair, _, _, side in shown:
        leans[pair] += 1 if side == "LEFT" else -1
    assert max(map(abs, leans.values())) <= 2
