# What a process hands down to its children: limits, umask, priority, policy, signals, folder, session.
import ctypes
import os
import resource
import signal

LIBC = ctypes.CDLL(None, use_errno=True)
SET_TIMER_SLACK, GET_TIMER_SLACK = 29, 30
SIZE = 123456789


def leave():
    for call in (lambda: os.nice(7), lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))):
        try:
            call()
        except OSError:
            pass
    os.umask(0o071)
    os.mkdir("deeper")
    os.chdir("deeper")
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE, SIZE))
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2, signal.SIGALRM])
    LIBC.prctl(SET_TIMER_SLACK, SIZE, 0, 0, 0)
    return True


def look():
    mask = os.umask(0)
    os.umask(mask)
    found = [
        mask == 0o071, os.getpriority(os.PRIO_PROCESS, 0) == 7, os.path.basename(os.getcwd()) == "deeper",
        os.sched_getscheduler(0) == os.SCHED_BATCH, resource.getrlimit(resource.RLIMIT_FSIZE)[0] == SIZE,
        signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN, signal.getsignal(signal.SIGTERM) == signal.SIG_IGN,
        bool(signal.pthread_sigmask(signal.SIG_BLOCK, [])), LIBC.prctl(GET_TIMER_SLACK, 0, 0, 0, 0) == SIZE,
    ]
    return [number for number, seen in enumerate(found) if seen]
