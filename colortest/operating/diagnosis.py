"""What is wrong, in one sentence: from numbers to words. Knows no database and no clock."""

from dataclasses import dataclass
from datetime import timedelta

START = "celery -A colortest worker --concurrency=1"
# Workers that are there and make nothing for so long, while work waits, need somebody to look.
STUCK = timedelta(minutes=10)
# Of the disk that keeps stimuli. With less left some file of a batch will not find room.
FULL = 100 * 10**6


@dataclass(frozen=True)
class State:
    """What the sentence is made from.

    silence: how long ago the last worker was heard of; None when none ever was, as far as is known.
    oldest: how long the oldest of what is pending has waited.
    idle: how long ago a living worker was last heard of having made a photo, or started.
    standing_still: an import that cannot go on, and why.
    free_bytes: on the disk of the site; None where files lie in a bucket.
    """

    alive: int
    pending: int
    failed: int = 0
    elsewhere: int = 0
    photos_per_minute: float = 0.0
    silence: timedelta | None = None
    oldest: timedelta | None = None
    idle: timedelta | None = None
    broker_answers: bool = True
    standing_still: str = ""
    free_bytes: int | None = None


@dataclass(frozen=True)
class Finding:
    """One sentence, and how loud it is: `bad`, `warn` or `good`, as the notices of pages."""

    tone: str
    sentence: str


def diagnose(state: State) -> Finding:
    """The one thing to know first."""
    if not state.alive and state.pending + state.elsewhere:
        return Finding("bad", f"{_nobody(state)} Start one with “{START}”, or everything with “make run”.")
    if not state.broker_answers:
        return Finding(
            "bad", f"The queue (Redis) does not answer: {_safe(state)} Start it again, or look at REDIS_URL."
        )
    if state.free_bytes is not None and state.free_bytes < FULL:
        return Finding("bad", f"The disk is full, {state.free_bytes // 10**6} MB are left: {_safe(state)} Make room.")
    if state.standing_still:
        return Finding("bad", state.standing_still)
    if not state.alive:
        return Finding("warn", f"No worker is there, and nothing waits for one. {_seen(state.silence)}.")
    if _is_stuck(state):
        return Finding(
            "bad",
            f"{counted(state.pending, 'colorization')} wait and {counted(state.alive, 'worker')} made none "
            f"for {duration(state.idle)}: look into the workers’ logs.",
        )
    if state.pending:
        return Finding("good", f"{counted(state.alive, 'worker')} at work, {_forecast(state)}.")
    if state.elsewhere:
        return Finding("good", f"{counted(state.alive, 'worker')} at work, {_beside(state.elsewhere)} to do.")
    if state.failed:
        return Finding("warn", f"Nothing waits; {counted(state.failed, 'colorization')} failed, for the reasons below.")
    return Finding("good", "Everything that was asked for is made.")


def counted(number: int, noun: str) -> str:
    """1,200 photos, or 1 photo."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(length: timedelta | None) -> str:
    """As people say it, in one unit: 40 s, 12 min, 3 h, 2 days."""
    if length is None:
        return "–"
    seconds = max(0, round(length.total_seconds()))
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} days"


def _nobody(state: State) -> str:
    """Who waits for nobody."""
    seen = _seen(state.silence)
    if state.pending:
        return f"Nobody is colouring: {state.pending:,} {_wait(state.pending)} and {seen[0].lower()}{seen[1:]}."
    return f"Nobody is working: {state.elsewhere:,} {_wait(state.elsewhere)} and {seen[0].lower()}{seen[1:]}."


def _wait(number: int) -> str:
    return "waits" if number == 1 else "wait"


def _beside(number: int) -> str:
    return f"{counted(number, 'task')} beside colorizations"


def _seen(silence: timedelta | None) -> str:
    return "No worker was seen today" if silence is None else f"No worker has been seen for {duration(silence)}"


def _safe(state: State) -> str:
    waiting = state.pending + state.elsewhere
    return f"{waiting:,} {_wait(waiting)}, none of them is lost." if waiting else "nothing is lost."


def _is_stuck(state: State) -> bool:
    waited = min(state.oldest or timedelta(), state.idle or timedelta())
    return bool(state.pending) and waited > STUCK


def _forecast(state: State) -> str:
    waiting = counted(state.pending, "colorization")
    if state.photos_per_minute <= 0:
        return f"{waiting} to make"
    left = timedelta(minutes=state.pending / state.photos_per_minute)
    return f"{waiting} to make, {duration(left)} at {state.photos_per_minute:,.0f} a minute"
