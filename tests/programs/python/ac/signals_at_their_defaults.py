# SIGINT and SIGPIPE are as in a fresh interpreter; nothing is blocked.
# input: ""
# output: "True True True set()\n"
import signal

print(
    signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN,
    signal.getsignal(signal.SIGTERM) is signal.SIG_DFL,
    signal.pthread_sigmask(signal.SIG_BLOCK, []),
)
