"""What crosses the wall of a sandbox: messages, and the values in them.

Runs: on both sides of the wall, with the standard library only.
"""
