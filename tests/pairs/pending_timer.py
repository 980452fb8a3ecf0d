# An alarm and timers of which the next program would die.
import ctypes
import os
import signal


def leave():
    signal.alarm(50)
    signal.setitimer(signal.ITIMER_VIRTUAL, 50)
    signal.setitimer(signal.ITIMER_PROF, 50)
    ctypes.CDLL(None).timer_create(0, None, ctypes.byref(ctypes.c_void_p()))
    return True


def look():
    kinds = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
    found = [kind for kind in kinds if signal.getitimer(kind)[0]]
    return found + ([open("/proc/self/timers").read()] if os.path.exists("/proc/self/timers") else []) if found else []
