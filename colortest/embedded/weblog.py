"""What the web server writes down: never where a request came from, nor the parameters of its address."""

import logging
import re

from gunicorn.config import Config
from gunicorn.glogging import Logger

# Gunicorn puts it into the sentence about a request that is none: no setting leaves it out.
_FROM = re.compile(r" from ip=\S+?(?=:? )")


class QuietLogger(Logger):
    """Gunicorn's own log, without what tells of a person. An access log there is none, unless somebody asks for it."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.addFilter(without_people)


def without_people(record: logging.LogRecord) -> bool:
    """Take the address of the browser out of a record, and what follows the question mark in one of ours."""
    record.msg = _FROM.sub("", str(record.msg))
    if isinstance(record.args, tuple):
        record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
    return True
