"""Measure how judging grows with hosts: `make growth`, as root.

__main__ → hosts of `scripts.chaos` → client, on the trainer's host → sleepers, on the others
"""
