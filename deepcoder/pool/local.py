"""The Ray of a pool that joins no cluster: one node on this machine, which starts and ends with the pool.

Runs: in the process that starts the pool.

Ray keeps its sockets and logs in one folder, and the path of a socket may have no more than 107 bytes. Ray's own
choice, $TMPDIR/ray, is too long where a batch system sets TMPDIR, and what Ray writes stays there. So the folder is one
of ours with a short path, which goes with the pool. Where a user sets RAY_TMPDIR, Ray writes there, and it stays.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray._private import node as ray_node

from deepcoder.sandbox import owner

log = logging.getLogger(__name__)

SOCKET_BYTES = 107  # the most that the path of a socket may have: unix(7)
SOCKET = "/session_2026-01-01_00-00-00_000000_4194304/sockets/plasma_store"  # the longest that Ray makes in its folder
RAY = "ray"  # Ray's own name for its folder, in ours too
PREFIX = "deepcoder-"  # of our folder's name; tempfile adds eight characters
OWNER = "owner"  # a file in our folder: the name of the process that the folder goes with
USUAL = ("/tmp", "/var/tmp")  # where our folder is made when TMPDIR is of no use
CHOSEN_BYTES = SOCKET_BYTES - len(f"/{RAY}{SOCKET}")
OUTER_BYTES = CHOSEN_BYTES - len(f"/{PREFIX}12345678")
NODE_S = 10.0  # for the node to start, before Ray's own wait begins
REMOVE_S = 5.0  # for the last of Ray's processes to end and write no more
POLL_S = 0.02


def start(cpus: int, resource: str, namespace: str) -> Path | None:
    """Start Ray with this many CPUs, and with as many of the custom resource if one is named.

    Return the folder that `end` is to remove; None where the user has chosen it.

    Raises:
        ConnectionError: Ray does not start, or there is no folder for it.
    """
    chosen = os.environ.get("RAY_TMPDIR")
    outer = _checked(chosen) if chosen else _new_folder()
    ours = None if chosen else outer
    try:
        with _lean(), _quiet_about_tokens():
            ray.init(
                "local",
                num_cpus=cpus,
                resources={resource: cpus} if resource else None,
                include_dashboard=False,
                namespace=namespace,
                logging_level=logging.WARNING,
                _temp_dir=str(outer / RAY),
                # Ray's processes would be nicer than the programs in the containers, and wait for them to feed them.
                _system_config={"worker_niceness": 0},
            )
    except Exception as error:
        end(ours)
        raise ConnectionError(f"Ray does not start here: {' '.join(str(error).split())}") from error
    except BaseException:
        end(ours)
        raise
    return ours


def end(folder: Path | None) -> None:
    """End Ray, and remove the folder.

    The owner's name goes last: what cannot be removed now, the next pool removes.
    """
    ray.shutdown()
    if folder is None:
        return
    deadline = time.monotonic() + REMOVE_S
    while (folder / RAY).exists() and time.monotonic() < deadline:
        shutil.rmtree(folder / RAY, ignore_errors=True)
        time.sleep(POLL_S)
    if (folder / RAY).exists():
        log.warning("%s is left behind: a process of Ray still writes there", folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _checked(chosen: str) -> Path:
    """Return the folder that RAY_TMPDIR names.

    Raises:
        ConnectionError: Its path is too long.
    """
    outer = os.path.abspath(chosen)
    if (excess := len(os.fsencode(outer)) - CHOSEN_BYTES) > 0:
        raise ConnectionError(f"RAY_TMPDIR is {excess} bytes too long for Ray's sockets: name a folder that is shorter")
    return Path(outer)


def _new_folder() -> Path:
    """Make our folder in TMPDIR, or in a usual place where TMPDIR is too long or cannot be written to.

    Raises:
        ConnectionError: It can be made nowhere.
    """
    refused = {}
    for outer in dict.fromkeys([os.path.abspath(os.environ.get("TMPDIR") or USUAL[0]), *USUAL]):
        if len(os.fsencode(outer)) > OUTER_BYTES:
            refused[outer] = f"longer than {OUTER_BYTES} bytes"
            continue
        _sweep(Path(outer))
        try:
            return _made_in(outer)
        except OSError as error:
            refused[outer] = error.strerror or str(error)
    tried = ", ".join(f"{outer} ({why})" for outer, why in refused.items())
    raise ConnectionError(f"there is no folder for Ray's sockets: tried {tried}; set TMPDIR to one that can be used")


def _made_in(outer: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=outer))
    try:
        (folder / OWNER).write_text(owner.name())
    except OSError:  # such as a full disk
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _sweep(outer: Path) -> None:
    """Remove the folders of processes that were killed."""
    for path in outer.glob(f"{PREFIX}*"):
        try:
            if path.lstat().st_uid != os.getuid():
                continue
            name = (path / OWNER).read_text()
        except OSError:  # not Ray's, or being made or removed
            continue
        if owner.is_gone(name, is_of_this_machine=False):  # machines may share the outer folder
            log.warning("%s was left behind", path)
            shutil.rmtree(path, ignore_errors=True)


class _LeanNode(ray_node.Node):
    """Ray's node without the dashboard's server and the autoscaler.

    One machine needs neither, and they take a third of the time of a small `grade`. The node's agent, which exports
    the metrics, stays.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        """Start it, or end what has started of it, which `ray.shutdown` does not know of."""
        try:
            super().__init__(*given, **named)
        except BaseException:
            self.kill_all_processes(check_alive=False, allow_graceful=True)
            raise

    def start_api_server(self, **_: Any) -> None:
        self._webui_url = None

    def start_monitor(self) -> None:
        pass

    def start_ray_processes(self) -> None:
        """Start them, and wait for the node: Ray itself would look for it only once a second."""
        super().start_ray_processes()  # type: ignore[no-untyped-call]
        deadline = time.monotonic() + NODE_S
        client: Any = self.get_gcs_client()  # type: ignore[no-untyped-call]
        while not client.get_all_node_info() and time.monotonic() < deadline:
            time.sleep(POLL_S)


@contextmanager
def _lean() -> Iterator[None]:
    """Have `ray.init` start a lean node."""
    whole = ray_node.Node
    ray_node.Node = _LeanNode  # type: ignore[misc]
    try:
        yield
    finally:
        ray_node.Node = whole  # type: ignore[misc]


@contextmanager
def _quiet_about_tokens() -> Iterator[None]:
    """Leave out Ray's warning that its cluster asks for tokens: this one has a single user."""
    logger = logging.getLogger("ray._private.authentication.authentication_token_setup")

    def is_other(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Token authentication is enabled")

    logger.addFilter(is_other)
    try:
        yield
    finally:
        logger.removeFilter(is_other)
