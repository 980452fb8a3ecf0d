"""Measure what judging costs, beside the least that it could: `python -m scripts.bench`, or `make bench`.

Each part is a module with `figures(sandbox, rounds)`. A figure and what it is compared with are measured in the same
run, in turns: on a shared machine only their ratio means something. docs/performance.md explains the figures.
"""
