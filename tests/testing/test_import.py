"""The kit is part of the program, pytest is not."""

import subprocess
import sys


def test_fakes_and_cycles_need_no_pytest() -> None:
    script = (
        "import sys; sys.modules['pytest'] = None\n"
        "from syncd.testing import Company, HttpFake, play_cycle\n"
        "from syncd.testing.folder import FolderFake\n"
        "from syncd.testing.workable import WorkableFake\n"
        "with Company(WorkableFake) as company:\n"
        "    cycle = play_cycle(company, 3)\n"
        "    print(sorted(company.invited) == sorted(cycle.eligible))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr[-2000:]
