"""Each undocumented name of Ray that the package uses: a test's first sentence says what breaks if Ray changes it.

One Ray for all, as a pool starts it for itself.
"""

from __future__ import annotations

import ast
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ray
from ray._private.authentication import authentication_token_setup as tokens
from ray._raylet import AuthenticationMode, get_authentication_mode  # type: ignore[attr-defined]

from deepcoder.pool import local, ray_internals

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def own_ray(no_ray: None) -> Iterator[Path]:
    """A Ray with one CPU and two seats; the folder of its files."""
    folder = local.start(1, "", "deepcoder")
    assert folder is not None
    yield folder
    local.end(folder)


def test_private_names_of_ray_are_in_one_file() -> None:
    """A private name elsewhere would be met by no test here when Ray changes it."""
    found = set[str]()
    for path in [*(REPOSITORY / "deepcoder").rglob("*.py"), *(REPOSITORY / "scripts").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = list[str]()
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Attribute):
                names = [ast.unparse(node)]
            elif isinstance(node, ast.Constant):  # a program as a text
                names = [str(node.value).partition("from ")[2]]
            if any(name.startswith("ray.") and ("._" in name or "dashboard" in name) for name in names):
                found.add(str(path.relative_to(REPOSITORY)))
    assert found == {"deepcoder/pool/ray_internals.py"}


def test_process_knows_whether_it_has_started_its_ray(own_ray: Path) -> None:
    """Without `global_worker.node` and its `head` a pool on its own Ray would look for nodes other than its own."""
    assert ray_internals.is_ray_started_here()
    assert Path(ray_internals.own_node().get_temp_dir_path()).parent == own_ray


def test_lean_node_has_only_what_one_machine_needs(own_ray: Path) -> None:
    """Without these methods of `Node` to override, a small `grade` would start half as long again."""
    assert sorted(ray_internals.own_node().all_processes) == ["gcs_server", "log_monitor", "raylet"]


def test_ray_writes_into_the_folder_that_it_is_given(own_ray: Path) -> None:
    """Without `_temp_dir` Ray would not start where TMPDIR is long, and would leave its files behind."""
    assert list((own_ray / local.RAY_FOLDER).glob("session_*/sockets/plasma_store"))


def test_workers_of_ray_are_not_nicer_than_programs(own_ray: Path) -> None:
    """Without `worker_niceness` workers would wait for the programs that they are to feed."""

    def niceness() -> int:
        return os.nice(0)

    found: Any = ray.remote(niceness).options(num_cpus=0).remote()
    assert ray.get(found) == os.nice(0)


def test_resources_that_are_free_are_told_by_node(own_ray: Path) -> None:
    """Without `state.available_resources_per_node` a pool would not know how many workers a cluster has room for."""
    (node,) = ray.nodes()  # type: ignore[no-untyped-call]
    assert ray_internals.free_resources()[node["NodeID"]]["CPU"] == 1


def test_draining_nodes_are_told(own_ray: Path) -> None:
    """Without `state.get_draining_nodes` workers would stay on a node until it is gone, and each would cost a retry.

    `tests/cluster/test_placement.py` drains a node.
    """
    assert list(ray_internals.draining_nodes()) == []


def test_actors_are_told_by_class(own_ray: Path) -> None:
    """Without `state.actors` `make chaos` would not see an actor that was left behind and has no process."""

    class Left:
        async def answer(self) -> int:
            return 1

    kind: Any = ray.remote(Left)
    actor = kind.options(num_cpus=0).remote()
    assert ray.get(actor.answer.remote()) == 1
    assert any("Left" in name for name in ray_internals.actor_classes())


def test_cluster_on_this_machine_is_found(own_ray: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `canonicalize_bootstrap_address_or_die` one would have to give `deepcoder status` an address."""
    address = ray.get_runtime_context().gcs_address
    monkeypatch.setenv("RAY_ADDRESS", address)
    assert ray_internals.address_on_this_machine() == address


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of a user, and Ray's settings as they were before."""
    with tempfile.TemporaryDirectory() as folder, monkeypatch.context() as context:
        context.setenv("HOME", folder)
        context.delenv("RAY_AUTH_MODE", raising=False)
        context.delenv("RAY_AUTH_TOKEN", raising=False)
        context.delenv("RAY_AUTH_TOKEN_PATH", raising=False)
        yield Path(folder)
    ray_internals.reread_environment()


def test_token_mode_is_read_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `Config.initialize` a pickled pool would not be let into a cluster that asks for a token."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    ray_internals.reread_environment()
    assert get_authentication_mode() == AuthenticationMode.TOKEN
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    ray_internals.reread_environment()
    assert get_authentication_mode() == AuthenticationMode.DISABLED


def test_user_without_a_token_shows_none(home: Path) -> None:
    """Without `maybe_enable_token_auth_if_token_available` `deepcoder status` would need RAY_AUTH_MODE here, too.

    `tests/test_status.py` shows a token.
    """
    ray_internals.use_token_of_this_user()
    assert os.environ.get("RAY_AUTH_MODE", "") in ("", "token")  # Ray may have read a token at start


def test_only_the_warning_of_tokens_that_a_single_user_needs_not_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Without this logger's name and this text every command of ours would begin with a warning about tokens."""
    assert ray_internals.TOKEN_LOGGER == tokens.logger.name
    tokens.logger.addHandler(caplog.handler)
    try:
        with ray_internals.quiet_about_tokens():
            tokens._warn_token_auth_enabled()
            tokens._warn_token_auth_disabled()
        tokens._warn_token_auth_enabled()
    finally:
        tokens.logger.removeHandler(caplog.handler)
    said = [" ".join(record.getMessage().split()[:4]) for record in caplog.records]
    assert list(dict.fromkeys(said)) == ["Token authentication is disabled", "Token authentication is enabled"]
