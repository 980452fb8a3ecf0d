"""`python -m deepcoder.tools.cli` is the same as `deepcoder`."""

from deepcoder.tools.cli import main

main()
