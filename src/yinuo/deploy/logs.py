"""Logging: one line an event, plain on a terminal and JSON for collectors; never the body of a request."""

from __future__ import annotations

import logging.config
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer


def logging_config(*, json: bool, level: str) -> None:
    """Sets up structlog and the standard library to write the same lines to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.StackInfoRenderer(),
    ]
    if json:
        # Where it broke, not what the variables held: a body, a key or a telephone number may be among them.
        broken = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        rendering: list[Any] = [broken, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        rendering = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        # First: what nobody will read need not be made ready.
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Its lines name each job's arguments; those may hold what a log must not.
                "procrastinate": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
            },
        }
    )
