"""Run programs inside a sandbox. Standard library only, Python 3.9 or newer: a sandbox may have nothing else.

A worker sends the source of these modules to a bare interpreter (`bundle` in `sandbox/stream.py`), so no image holds a
runner and none can be stale. Three kinds of process, each forked from the one before it:

    supervisor   reads requests, feeds and drains programs, keeps the clocks, reports outcomes  (root, or the user)
    keeper       forks programs, waits for them, kills and sweeps what they leave               (the same)
    program      becomes a user of its own, takes its limits, then runs the untrusted source    (a fresh uid each)

The keeper is forked before the first request is read and never sees one: a program is a copy of the keeper's memory,
and so finds no other test's input and no other program's source in its own.

Where each process is written down, beside the modules named after it:

    supervisor   process (one program from outside), accounting and wall_time (what it uses), pipes and reports (what it
                 says), task_code, inputs and outbox (what the worker sends and gets), keeper_client, cgroup, users
    keeper       scratch (the folders of programs), syscalls (the filter that programs inherit)
    program      languages/NAME (how the programs of a language run), language (what such a module has to define),
                 program_files
    several      channel (what supervisor and program say to each other), procfs (what /proc says), memory_files
    the jury's   testcode (in the sandbox of a data set's own code, as a program)
"""
