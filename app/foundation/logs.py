"""Structured logs: one JSON object a line, with the request's id; never a name, an answer or a token."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Let everything that is logged go to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def log() -> structlog.typing.FilteringBoundLogger:
    """Return the logger of the house."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
