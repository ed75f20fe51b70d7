"""One sentence says what is wrong."""

from datetime import timedelta

import pytest

from colortest.operating.diagnosis import STUCK, State, diagnose, duration

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "tone", "words"),
    [
        (
            State(alive=0, pending=1200, silence=40 * SECOND),
            "bad",
            "Nobody is colouring: 1,200 wait and no worker has been seen for 40 s. Start one with “celery",
        ),
        (State(alive=0, pending=1), "bad", "Nobody is colouring: 1 waits and no worker was seen today. Start one"),
        (State(alive=0, pending=0, elsewhere=3), "bad", "Nobody is working: 3 wait and no worker was seen today."),
        (State(alive=0, pending=0, silence=3 * MINUTE), "warn", "No worker is there, and nothing waits for one."),
        (
            State(alive=1, pending=5, broker_answers=False),
            "bad",
            "The queue (Redis) does not answer: 5 wait, none of them is lost.",
        ),
        (State(alive=1, pending=0, broker_answers=False), "bad", "does not answer: nothing is lost."),
        (
            State(alive=2, pending=9, oldest=20 * MINUTE, idle=15 * MINUTE),
            "bad",
            "9 colorizations wait and 2 workers made none for 15 min: look into",
        ),
        (
            State(alive=1, pending=300, photos_per_minute=100, oldest=2 * STUCK, idle=SECOND),
            "good",
            "1 worker at work, 300 colorizations to make, 3 min at 100 a minute.",
        ),
        (
            State(alive=1, pending=3, oldest=SECOND, idle=2 * STUCK),
            "good",
            "1 worker at work, 3 colorizations to make.",
        ),
        (State(alive=1, pending=0, failed=2), "warn", "Nothing waits; 2 colorizations failed"),
        (State(alive=1, pending=0, elsewhere=2), "good", "1 worker at work, 2 tasks beside colorizations to do."),
        (
            State(alive=1, pending=7, free_bytes=12 * 10**6),
            "bad",
            "The disk is full, 12 MB are left: 7 wait, none of them is lost. Make room.",
        ),
        (
            State(alive=1, pending=0, free_bytes=0),
            "bad",
            "The disk is full, 0 MB are left: nothing is lost. Make room.",
        ),
        (State(alive=1, pending=0, free_bytes=10**12), "good", "Everything that was asked for is made."),
        (State(alive=1, pending=0, elsewhere=1, standing_still="“Street”: It stands still."), "bad", "“Street”: It"),
        (State(alive=1, pending=0), "good", "Everything that was asked for is made."),
    ],
)
def test_the_first_thing_to_know_is_said(state: State, tone: str, words: str) -> None:
    found = diagnose(state)
    assert found.tone == tone
    assert words in found.sentence


def test_a_duration_is_told_in_one_unit() -> None:
    told = [duration(timedelta(seconds=seconds)) for seconds in (0.4, 119, 120, 7199, 7200, 172_799, 172_800)]
    assert told == ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"]
    assert duration(None) == "–"
