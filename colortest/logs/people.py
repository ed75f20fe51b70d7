"""What must not stand in a log: taken out of every line, whoever writes it.

A request brings codes, tokens, an address, the name of a browser, and what somebody typed. While it is answered, none
of these words leaves the process in a log: not in a path, not in an error of a library, not in a traceback.
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

SHORTEST = 6  # characters; shorter ones are numbers of pages and ticks of forms
HIDDEN = "…"
# Keys that libraries fill in by themselves.
_NEVER = ("ip", "user_agent", "user_id")
# PostgreSQL quotes whole rows there.
_QUOTED = "DETAIL:"

_words: ContextVar[Callable[[], Iterable[str]]] = ContextVar("words", default=tuple)


@contextmanager
def hidden(words: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Inside the block no line holds any of the words that there are when it is written."""
    token = _words.set(words)
    try:
        yield
    finally:
        _words.reset(token)


def without_people(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the event without keys and words that tell of a person."""
    # The longest first, for they may hold shorter ones.
    words = sorted({word for word in _words.get()() if len(word) >= SHORTEST}, key=len, reverse=True)
    return {key: _clean(value, words) for key, value in event.items() if key not in _NEVER}


def _clean(value: Any, words: list[str]) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else repr(value)
    if _QUOTED in text:
        text = "\n".join(line for line in text.splitlines() if _QUOTED not in line)
    for word in words:
        text = text.replace(word, HIDDEN)
    return text
