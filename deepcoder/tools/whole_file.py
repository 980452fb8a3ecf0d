"""Write files that are whole, whatever ends the process meanwhile.

Runs: GPU node, or any machine with a pool.
"""

import os
from collections.abc import Iterable
from pathlib import Path


def write(path: Path, lines: Iterable[str]) -> None:
    """Write the whole file. An interruption leaves the old file or the new one, and no mixture.

    Raises:
        OSError: The file cannot be written.
    """
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(lines)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    os.replace(draft, path)
