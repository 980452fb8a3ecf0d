"""Say where files are that are kept for later runs of the same user.

Runs: on every node.
"""

import os
from pathlib import Path


def folder(name: str) -> Path:
    """Return the folder of this name in the user's cache. It may not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "deepcoder" / name
