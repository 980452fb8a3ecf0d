"""The command line: one file per command, `options` for what several of them take, and `app` to run them.

Runs: wherever a person types.
"""

import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it without a traceback, also while it is still being imported."""
    try:
        from deepcoder.tools.cli import app

        app.main()
    except KeyboardInterrupt:
        sys.exit(130)
