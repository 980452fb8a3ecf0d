"""What runs inside a sandbox. Standard library only, Python 3.9 or newer: a sandbox may have nothing else.

A worker sends the source of these modules to a bare interpreter (`bundle` in `sandbox/stream.py`), so no image holds a
runner and none can be stale. Three kinds of process, each forked from the one before it:

    supervisor   reads requests, feeds and drains programs, keeps the clocks, reports outcomes  (root, or the user)
    keeper       forks programs, waits for them, kills and sweeps what they leave               (the same)
    program      becomes a user of its own, takes its limits, then runs the untrusted source    (a fresh uid each)

The keeper is forked before the first request is read and never sees one: a program is a copy of the keeper's memory,
and so finds no other test's input and no other program's source in its own.
"""
