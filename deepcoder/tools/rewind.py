"""Remove rows from a file that is written line by line, such as those of steps that are done again.

Runs: GPU node.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deepcoder.datasets import DataError
from deepcoder.tools import whole_file


def rewind(path: Path, is_kept: Callable[[dict[str, Any]], bool] = lambda row: True) -> None:
    """Keep only some rows of a JSONL file. A last line that was cut short is removed, too.

    Raises:
        DataError: A line is no JSON object, or lacks what `is_kept` asks for.
    """
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8") as lines:
            whole_file.write(path, (line for line in lines if line.endswith("\n") and is_kept(json.loads(line))))
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no file of ours: {type(error).__name__}: {error}") from None
