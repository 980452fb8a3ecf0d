# The interpreter waits for threads that nobody joins.
# input: ""
# output: "main\nthread\n"
import threading

may_go = threading.Event()


def late():
    may_go.wait()
    print("thread")


threading.Thread(target=late).start()
print("main")
may_go.set()
