"""What every command can be told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """The common options.

    ``config`` is the settings file named by hand, if any; ``json`` asks for one JSON document on
    standard output and nothing else there; ``log_format`` is ``"text"`` or ``"json"``; ``verbose``
    counts the ``-v``.
    """

    config: Path | None = None
    json: bool = False
    log_format: str = "text"
    verbose: int = 0

    def over(self, outer: "Options") -> "Options":
        """These options where they were given, else those given further left on the line."""
        return Options(
            config=self.config or outer.config,
            json=self.json or outer.json,
            log_format=outer.log_format if self.log_format == "text" else self.log_format,
            verbose=self.verbose + outer.verbose,
        )
