"""What the web server writes down: never where a request came from, nor what its address holds."""

import logging
import os
import re
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from colortest.logs.lines import default_format, formatter

# Gunicorn puts it into the sentence about a request that is none: no setting leaves it out.
_FROM = re.compile(r" from ip=\S+?(?=:? )")


class QuietLogger(Logger):
    """Gunicorn's own log in the lines of the site, without what tells of a person."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.addFilter(without_people)
        lines = formatter(os.environ.get("LOG_FORMAT") or default_format())
        for handler in self.error_log.handlers:
            handler.setFormatter(lines)

    def access(self, *_: Any) -> None:
        """Nothing, also where somebody asks for an access log: the site writes a line a request, by route."""


def without_people(record: logging.LogRecord) -> bool:
    """Take the address of the browser out of a record, and all but the slash of the address that it asked for."""
    record.msg = _FROM.sub("", str(record.msg))
    if isinstance(record.args, tuple):
        record.args = tuple(_short(arg) if isinstance(arg, str) else arg for arg in record.args)
    return True


def _short(word: str) -> str:
    """Paths hold codes and tokens: of an address nothing is kept but that it was one."""
    return "/…" if word.startswith("/") else word.partition("?")[0]
