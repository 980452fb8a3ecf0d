"""Measure this project beside other judges of code, on the same programs, in turns: `make bench-peers`.

__main__ → work (the programs) → ours | theirs → judges/NAME.py, each in the environment of its package
"""
