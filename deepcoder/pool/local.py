"""The Ray of a pool that joins no cluster: one node on this machine, which starts and ends with the pool.

Runs: in the process that starts the pool.

Ray keeps its sockets and logs in one folder, and the path of a socket may have no more than 107 bytes. Ray's default,
$TMPDIR/ray, is too long where a batch system sets TMPDIR, and Ray does not remove what it writes there. So this module
makes a folder with a short path and removes it with the pool. Where a user sets RAY_TMPDIR, Ray writes there, and
nothing is removed.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import ray

from deepcoder.pool import ray_internals
from deepcoder.sandbox import owner

log = logging.getLogger(__name__)

SOCKET_BYTES = 107  # the longest path that a socket may have: unix(7)
SOCKET = "/session_2026-01-01_00-00-00_000000_4194304/sockets/plasma_store"  # the longest that Ray makes in its folder
RAY_FOLDER = "ray"  # Ray's folder, inside the one of RAY_TMPDIR or inside the one that this module makes
FOLDER_PREFIX = "deepcoder-"  # of the name of the folder that this module makes; tempfile adds eight characters
OWNER_FILE = "owner"  # in that folder: the name of the process that the folder is removed with
USUAL_PARENTS = ("/tmp", "/var/tmp")  # where the folder is made when TMPDIR is of no use
RAY_TMPDIR_BYTES = SOCKET_BYTES - len(f"/{RAY_FOLDER}{SOCKET}")  # the longest path that RAY_TMPDIR may have
PARENT_BYTES = RAY_TMPDIR_BYTES - len(f"/{FOLDER_PREFIX}12345678")  # the longest path that TMPDIR may have
REMOVE_TIMEOUT_S = 5.0  # for the last of Ray's processes to end and write no more
REMOVE_POLL_S = 0.02
REMADE_S = 300.0  # Ray's agents outlive a node by half a minute: what they made anew is removed when it is so old
REMADE_SESSION = re.compile(r"session_\d")  # not session_latest, the link
REMADE_NAME = re.compile(rf"{FOLDER_PREFIX}[a-z0-9_]{{8}}")  # as tempfile makes it


def start(cpus: int, resource: str, namespace: str) -> Path | None:
    """Start Ray with this many CPUs, and with as many of the custom resource if one is named.

    Return the folder that `end` is to remove; None where the user has set RAY_TMPDIR.

    Raises:
        ConnectionError: Ray does not start, or there is no folder for it.
    """
    chosen = os.environ.get("RAY_TMPDIR")
    folder = _checked(chosen) if chosen else _new_folder()
    to_remove = None if chosen else folder
    try:
        ray_internals.start_lean(cpus, {resource: cpus} if resource else {}, namespace, folder / RAY_FOLDER)
    except Exception as error:
        end(to_remove)
        raise ConnectionError(f"Ray does not start here: {' '.join(str(error).split())}") from error
    except BaseException:
        end(to_remove)
        raise
    return to_remove


def end(folder: Path | None) -> None:
    """End Ray, and remove the folder.

    The owner file goes last: what cannot be removed now is removed when the next pool starts.
    """
    ray.shutdown()
    if folder is None:
        return
    deadline = time.monotonic() + REMOVE_TIMEOUT_S
    while (folder / RAY_FOLDER).exists() and time.monotonic() < deadline:
        shutil.rmtree(folder / RAY_FOLDER, ignore_errors=True)
        time.sleep(REMOVE_POLL_S)
    if (folder / RAY_FOLDER).exists():
        log.warning("%s is left behind: a process of Ray still writes there", folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _checked(chosen: str) -> Path:
    """Return the folder that RAY_TMPDIR names.

    Raises:
        ConnectionError: Its path is too long.
    """
    folder = os.path.abspath(chosen)
    if (excess := len(os.fsencode(folder)) - RAY_TMPDIR_BYTES) > 0:
        raise ConnectionError(f"RAY_TMPDIR is {excess} bytes too long for Ray's sockets: name a folder that is shorter")
    return Path(folder)


def _new_folder() -> Path:
    """Make a folder in TMPDIR, or in a usual parent where TMPDIR is too long or cannot be written to.

    Raises:
        ConnectionError: No parent can be used.
    """
    refused = {}
    for parent in dict.fromkeys([os.path.abspath(os.environ.get("TMPDIR") or USUAL_PARENTS[0]), *USUAL_PARENTS]):
        if len(os.fsencode(parent)) > PARENT_BYTES:
            refused[parent] = f"longer than {PARENT_BYTES} bytes"
            continue
        _sweep(Path(parent))
        try:
            return _make_in(parent)
        except OSError as error:
            refused[parent] = error.strerror or str(error)
    tried = ", ".join(f"{parent} ({why})" for parent, why in refused.items())
    raise ConnectionError(f"there is no folder for Ray's sockets: tried {tried}; set TMPDIR to one that can be used")


def _make_in(parent: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))
    try:
        (folder / OWNER_FILE).write_text(owner.name())
    except OSError:  # such as a full disk
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _sweep(parent: Path) -> None:
    """Remove the folders whose owners were killed, and those that Ray's agents have made anew after their end."""
    for path in parent.glob(f"{FOLDER_PREFIX}*"):
        try:
            if path.lstat().st_uid != os.getuid():
                continue
            # Machines may share the parent.
            is_left = _is_remade(path) or owner.is_gone((path / OWNER_FILE).read_text(), is_of_this_machine=False)
        except OSError:  # another program's folder, or one that is just being made or removed
            continue
        if is_left:
            log.warning("%s was left behind", path)
            shutil.rmtree(path, ignore_errors=True)


def _is_remade(path: Path) -> bool:
    """Return whether the folder holds only what Ray's agents make, and has not changed for a while.

    Where a Ray was started, there is a link to its session, too; in a new folder there is an owner file before.

    Raises:
        OSError: There is no folder of Ray in it.
    """
    if not REMADE_NAME.fullmatch(path.name) or os.listdir(path) != [RAY_FOLDER]:
        return False
    ray_folder = path / RAY_FOLDER
    age_s = time.time() - max(each.lstat().st_mtime for each in (path, ray_folder))
    return age_s > REMADE_S and all(REMADE_SESSION.match(each) for each in os.listdir(ray_folder))
