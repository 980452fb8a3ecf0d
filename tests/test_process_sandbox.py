"""What only a sandbox that is a local process must do: start wherever it can, and say where it cannot."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

from deepcoder.sandbox.process import start_process
from tests.test_sandbox import printed, run


def test_folder_of_the_owner_with_the_name_of_a_library_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("py", "sortedcontainers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret.txt").touch()
    (tmp_path / "sortedcontainers" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    for name in ("py", "sortedcontainers"):  # what is loaded is not looked for
        monkeypatch.delitem(sys.modules, name, raising=False)

    with closing(start_process()) as sandbox:
        found = printed(run(sandbox, "import os; print([w[0] for w in os.walk('/library') if 'secret.txt' in w[2]])"))

    assert found == "[]"
