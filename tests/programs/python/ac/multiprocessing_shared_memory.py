# A block of shared memory with a name, and a child that finds it by that.
# input: ""
# output: "42\n"
import multiprocessing
from multiprocessing.shared_memory import SharedMemory


def write(name):
    block = SharedMemory(name)
    block.buf[0] = 42
    block.close()


if __name__ == "__main__":
    block = SharedMemory(create=True, size=1 << 20)
    worker = multiprocessing.Process(target=write, args=(block.name,))
    worker.start()
    worker.join()
    print(block.buf[0])
    block.close()
    block.unlink()
