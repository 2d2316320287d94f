"""Logs on standard error, as text for people or as a JSON object a line for machines.

Quiet by default: warnings only. ``-v`` adds what syncd does, ``-vv`` everything it says. Other
libraries are never asked for more than warnings: some log addresses, URLs or arguments.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from syncd import logs
from syncd.cli.failures import trace
from syncd.cli.options import Options

# These name URLs, arguments or connection data even in warnings.
_SILENT = ("httpx", "httpcore", "hpack", "sqlalchemy", "psycopg", "vcr")

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class TextFormatter(logging.Formatter):
    """``12:30:05Z WARNING phases.results: message key=value``."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        name = record.name.removeprefix("syncd.")
        pairs = "".join(f" {key}={value}" for key, value in _extras(record).items())
        line = f"{moment:%H:%M:%S}Z {record.levelname} {name}: {record.getMessage()}{pairs}"
        return f"{line}\n{trace(error)}" if (error := _error(record)) else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (ISO 8601, UTC), level, logger, message, further keys."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if error := _error(record):
            line["trace"] = trace(error)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(options: Options, level: int = logging.WARNING) -> None:
    """Send logs to standard error as ``options`` ask; ``level`` is that of syncd without ``-v``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if options.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    wanted = (level, logging.INFO, logging.DEBUG)[min(options.verbose, 2)]
    logging.getLogger("syncd").setLevel(min(level, wanted))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # A log line that cannot be written, for example to a closed pipe, is no reason to stop.
    logging.raiseExceptions = False


def _extras(record: logging.LogRecord) -> dict[str, object]:
    """What the work is about, and what the caller added with ``extra=``.

    Only syncd's own callers are known to be discreet.
    """
    if record.name != "syncd" and not record.name.startswith("syncd."):
        return {}
    own = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    return {**logs.current(), **own}


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None
