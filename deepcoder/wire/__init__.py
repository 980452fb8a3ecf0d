"""Define what crosses the wall of a sandbox: messages, the values in them, and the limits of an execution.

Runs: on both sides of the wall, with the standard library only.
"""
