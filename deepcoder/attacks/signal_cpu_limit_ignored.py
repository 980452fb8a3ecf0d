# Handles SIGXCPU and raises its own soft limit of CPU time.
# kind: signals
# stdin: TLE
# limits: cpu_s=0.2
import resource
import signal

signal.signal(signal.SIGXCPU, lambda *_: None)
try:
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
except (OSError, ValueError):
    pass
while True:
    pass
