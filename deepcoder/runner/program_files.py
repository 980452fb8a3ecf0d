"""The files of a program, which its own process writes into its scratch folder.

Runs: inside the sandbox, in the program's process.
"""

from __future__ import annotations

import os
from typing import List, Tuple

from .channel import fail

Files = List[Tuple[str, bytes]]  # names and contents


def write_files(files: Files) -> None:
    """Write the files into the current folder, and make the folders that their names have.

    A process for which they do not fit into the folder ends.
    """
    try:
        for name, content in files:
            if "/" in name:
                os.makedirs(os.path.dirname(name), exist_ok=True)
            with open(name, "wb") as file:
                file.write(content)
    except OSError as error:
        fail(error)
