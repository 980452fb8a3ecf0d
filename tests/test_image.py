"""`deepcoder image build`: what it refuses, and that it needs no checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deepcoder.tools import cli
from deepcoder.wire.languages import CPP, CPP20, CPP23, LANGUAGES

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "sandbox_images"


def refusal(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    """Return the one sentence with which the command ends."""
    monkeypatch.setattr(sys, "argv", ["deepcoder", "image", "build", *options])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capfd.readouterr()
    assert (ended.value.code, out, err.count("\n")) == (2, "", 1)
    return err


@pytest.mark.parametrize("languages", ["cobol", "cpp,cobol", "python cobol"])
def test_unknown_language_is_refused(
    languages: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refusal(capfd, monkeypatch, "--languages", languages)

    assert said == f"deepcoder: no image has the language 'cobol': choose all, or some of {' '.join(LANGUAGES)}.\n"


def test_missing_engine_is_said(
    no_engine: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refusal(capfd, monkeypatch, "--languages", "all")

    assert said == "deepcoder: no image can be built, since no Docker engine answers here.\n"


@pytest.mark.docker
def test_base_that_cannot_be_pulled_is_said(
    docker_sandboxes: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["deepcoder", "image", "build", "--base", "127.0.0.1:9/nobody/none:1"])
    with pytest.raises(SystemExit, match="2"):
        cli.main()

    *_, said = capfd.readouterr().err.splitlines()  # the engine says first what it met
    assert said == "deepcoder: the base image 127.0.0.1:9/nobody/none:1 cannot be pulled."


def test_precompiled_headers_have_the_flags_of_the_table() -> None:
    script = " ".join((RECIPE / "languages" / "prepare.sh").read_text().replace("\\\n", "").split())
    found = re.search(r"for standard in (.*?); do (g\+\+ .*?) -x c\+\+-header", script)

    assert found
    made = {found[2].replace("$standard", standard) for standard in found[1].split()}
    assert made == {" ".join(row.compile[: row.compile.index("-o")]) for row in (CPP, CPP20, CPP23)}


@pytest.mark.slow
def test_wheel_holds_the_recipe_and_the_header(tmp_path: Path) -> None:
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("deepcoder", "sandbox_images"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True)
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    held = {each for each in names if each.startswith("deepcoder/sandbox_images/")}
    files = [path.relative_to(ROOT) for path in RECIPE.rglob("*") if path.is_file()]
    assert held == {f"deepcoder/{path}" for path in files}
    assert "deepcoder/testlib/testlib.h" in names
