# Sends itself the signal by which the runner is told that memory ran out.
# kind: signals
# stdin: MLE
# function: MLE
# code: MLE
import os
import signal

os.kill(os.getpid(), signal.SIGUSR2)
