"""One line of JSON a request, on standard error; never the picture.

configure_logging()
write_line("request", method="POST", path="/api/predict", status=200)
"""

import logging
import sys
from typing import Any

import structlog
import structlog.tracebacks

# Where a fault came from, without the values of variables: a picture may be one.
WHERE = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
MAX_LOG_CHARS = 200  # of a path, which strangers choose


def configure_logging() -> None:
    """Take the place of the web server's line a request, which says less."""
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # else each damaged form's bytes
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(WHERE),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def write_line(event: str, *, error: BaseException | None = None, **fields: Any) -> None:
    """Write one line; of an error also where it came from."""
    logger = structlog.get_logger()
    write = logger.info if error is None else logger.error
    write(event, exc_info=error, **fields)
