"""Write anew what is generated from the program; `make docs` runs it.

With ``--check`` nothing is written: the exit code says whether something would change.
"""

import sys
from pathlib import Path

from commands_page import write_commands
from connectors_page import write_connectors
from metrics_page import write_metrics

from syncd.ats.registry import settings_models
from syncd.settings.generate import write_example, write_reference

ROOT = Path(__file__).parent.parent


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    models = settings_models()
    return {
        ROOT / "settings.example.toml": write_example(models),
        ROOT / "docs" / "reference" / "commands.md": write_commands(),
        ROOT / "docs" / "reference" / "connectors.md": write_connectors(),
        ROOT / "docs" / "reference" / "metrics.md": write_metrics(),
        ROOT / "docs" / "reference" / "settings.md": write_reference(models),
    }


def main() -> int:
    stale = [
        path
        for path, text in generated().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    if "--check" in sys.argv:
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated()[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
