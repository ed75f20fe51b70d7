"""How a line looks. Knows no Django, for Gunicorn writes before the site is loaded."""

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from colortest.logs.people import without_people

FORMATS = ("json", "text")
_BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def default_format() -> str:
    """Readable where somebody reads along."""
    return "text" if sys.stderr.isatty() else "json"


def configuration(log_format: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, by one formatter."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "colortest.logs.lines.formatter", "log_format": log_format}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers and levels give way to the root's.
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            # Said once already: by the line of the request, or of the task.
            "django.request": {"level": "CRITICAL"},
            "celery.app.trace": {"level": "CRITICAL"},
            "celery.worker.strategy": {"level": "WARNING"},
            "health_check": {"level": "CRITICAL"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            # At DEBUG these write whole statements, contexts and headers.
            **{
                name: {"level": "INFO"}
                for name in ("django.db.backends", "django.template", "botocore", "boto3", "urllib3")
            },
        },
    }


def configure(logging_settings: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: the standard library's loggers and structlog's write the same lines."""
    logging.config.dictConfig(logging_settings)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_BEFORE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def formatter(log_format: str) -> logging.Formatter:
    """One line from a record of any logger."""
    render = (
        structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback, timestamp_key="timestamp"
        )
        if log_format == "text"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_BEFORE,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _loud_level,
            without_people,
            render,
        ],
    )


def _loud_level(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """ERROR, as whoever looks through the logs of `make run` expects it."""
    event["level"] = str(event.get("level", "")).upper()
    return event
