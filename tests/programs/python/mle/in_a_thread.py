# A thread holds the memory.
# input: ""
# output: "5\n"
# limits: memory_bytes=67108864
import threading


def grow():
    data = bytearray(b"x") * (256 << 20)
    threading.Event().wait()


threading.Thread(target=grow).start()
