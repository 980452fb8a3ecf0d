"""Run programs inside a sandbox. Standard library only, Python 3.9 or newer: a sandbox may have nothing else.

A worker sends the source of these modules to a bare interpreter (`bundle` in `sandbox/stream.py`), so no image holds a
runner and none can be stale. Three kinds of process, each forked from the one before it:

    supervisor   reads requests, feeds and drains programs, keeps the clocks, reports outcomes  (root, or the user)
    keeper       forks programs, waits for them, kills and sweeps what they leave               (the same)
    program      becomes a user of its own, takes its limits, then runs the untrusted source    (a fresh uid each)

The keeper is forked before the first request is read and never sees one: a program is a copy of the keeper's memory,
and so finds no other test's input and no other program's source in its own.

Where each process is written down, beside the modules named after it:

    supervisor   start (before the first request), process (one program from outside), accounting and wall_time (what it
                 uses), pipes, feed and reports (what it reads and says), task_code, inputs and outbox (what the worker
                 sends and gets), keeper_client, cgroup, users, versions (the languages that the place has)
    keeper       scratch (the folders of programs), syscalls (the filter that programs inherit), orphans, view (in
                 gVisor: a root and process numbers for programs)
    program      languages/NAME (how the programs of a language run), language (what such a module has to define),
                 program_files, beside (the other files of a jury's run)
    several      channel (what supervisor and program say to each other), procfs (what /proc says), memory_files,
                 capabilities
    the jury's   testcode (in the sandbox of a data set's own code, as a program)
"""
