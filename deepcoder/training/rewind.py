"""Remove from a run's files what they say of steps that are done again.

Runs: GPU node, in every trainer rank.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def rewind(path: Path, is_kept: Callable[[dict[str, Any]], bool]) -> None:
    """Keep only some rows of a JSONL file. A last line that was cut short is removed, too."""
    if not path.exists():
        return
    draft = path.with_name(path.name + ".part")
    with path.open(encoding="utf-8") as lines, draft.open("w", encoding="utf-8") as kept:
        kept.writelines(line for line in lines if line.endswith("\n") and is_kept(json.loads(line)))
    os.replace(draft, path)
