"""What judging costs, beside the least that it could: `python -m scripts.bench`, or `make bench`.

One module per part, each with `figures(sandbox, rounds)`. What a figure is held against is measured in the same run, in
turns with it: on a shared machine only the ratios mean something. docs/performance.md explains the figures.
"""
