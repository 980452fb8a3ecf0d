"""`python -m deepcoder` is the same as `deepcoder`.

Runs: wherever a person types.
"""

from deepcoder.tools.cli import main

main()
