"""What the tests share: where Docker is, and the real data beside the checkout."""

from __future__ import annotations

import gc
import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deepcoder import sandbox
from deepcoder.sandbox import BACKENDS, Sandbox, SandboxConfig, SandboxUnavailable

collect_ignore = ["pairs", "programs"]  # programs to judge, whatever their names
MARKS = {"docker": pytest.mark.docker}  # of the tests on each kind of sandbox
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def docker_missing() -> str:
    """Why no Docker sandbox can start here; empty when one can."""
    try:
        sandbox.start(SandboxConfig(kind="docker")).close()
    except SandboxUnavailable as error:
        return str(error)
    return ""


@pytest.fixture(scope="session")
def docker_sandboxes() -> None:
    """Skips where Docker cannot be used, unless the environment says that it must."""
    reason = docker_missing()
    if reason and os.environ.get("DEEPCODER_REQUIRE_DOCKER"):
        pytest.fail(f"Docker is required here: {reason}")
    if reason:
        pytest.skip(reason)


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An environment that names an engine which does not answer."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # the docker package leaves a socket open when it cannot connect it


@pytest.fixture(scope="session", params=[pytest.param(kind, marks=MARKS.get(kind, ())) for kind in BACKENDS])
def sandbox_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of sandbox in turn."""
    if request.param == "docker":
        request.getfixturevalue("docker_sandboxes")
    return str(request.param)


@pytest.fixture(scope="session")
def shared_sandbox(sandbox_kind: str) -> Iterator[Sandbox]:
    """One sandbox for many tests, as a worker uses it."""
    started = sandbox.start(SandboxConfig(kind=sandbox_kind))
    yield started
    started.close()


def shared_rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of real data, which is not part of the checkout."""
    path = SHARED_DATA / name
    if not path.is_file():
        pytest.skip(f"no {name} beside this checkout")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
