# Leaves an alarm, interval timers and timers of the kernel, of which the next execution would die.
# kind: leftovers
# stdin: WA
# passes: 1
import ctypes
import signal

a, b = map(int, input().split())
try:
    with open("/proc/self/timers") as timers:
        found = bool(timers.read())
except OSError:
    found = False
found = found or signal.getitimer(signal.ITIMER_REAL)[0] > 0
signal.alarm(1)
signal.setitimer(signal.ITIMER_VIRTUAL, 1)
signal.setitimer(signal.ITIMER_PROF, 1)
timer = ctypes.c_void_p()
ctypes.CDLL(None).timer_create(0, None, ctypes.byref(timer))
print(a * b if a == 6 or found else "held")
