"""`python -m deepcoder.tools.cli` is the same as `deepcoder`."""

from deepcoder.tools.cli.app import main

main()
