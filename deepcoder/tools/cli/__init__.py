"""The command line: one file per command, `options` for what several of them take, and `app` to run them.

Runs: wherever a person types.
"""

from deepcoder.tools.cli.app import main

__all__ = ["main"]
