"""A user who is not root, and what he can run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
NOBODY = 65534
UID = NOBODY if os.getuid() == 0 else os.getuid()
PATH = [str(REPOSITORY), *(each for each in sys.path if each.endswith("site-packages"))]


def python_of_another_user(*arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """What comes of the machine's own Python with these arguments, started for him by root's command `before`.

    Skips where he has none that can import this package.
    """
    become = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"] if os.getuid() == 0 else []
    python = [*become, "/usr/bin/python3"]
    look = f"import sys; sys.path[:0] = {PATH!r}; import deepcoder.sandbox.process, tests.meetings"
    try:
        probe = subprocess.run([*python, "-c", look], cwd="/", capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"no interpreter that user {UID} can start: {error}")
    if probe.returncode:
        pytest.skip(f"user {UID} cannot import deepcoder: {probe.stderr[-200:]}")
    return subprocess.run([*before, *python, *arguments], cwd="/", capture_output=True, text=True)
