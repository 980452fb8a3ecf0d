# Stops for ever as a traced process that waits for its tracer.
# kind: clocks
# stdin: TLE
# function: TLE
# limits: cpu_s=0.5, wall_s=0.4
import ctypes
import os
import signal

LIBC = ctypes.CDLL(None)
PTRACE_TRACEME = 0
child = os.fork()
if child == 0:
    LIBC.ptrace(PTRACE_TRACEME, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
os.waitpid(child, os.WUNTRACED)
signal.pause()
