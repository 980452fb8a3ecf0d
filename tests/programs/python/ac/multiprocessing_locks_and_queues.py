# Locks, queues, pools and shared values of multiprocessing, which live in shared memory.
# input: "5\n"
# output: "[0, 1, 4, 9, 16]\n[0, 1, 2]\n3\n[0, 1]\n"
import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def square(n):
    return n * n


def put(n, queue, lock, count):
    with lock:
        count.value += 1
        queue.put(n)


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print(pool.map(square, range(int(input()))))
    queue, lock, count = multiprocessing.Queue(), multiprocessing.Lock(), multiprocessing.Value("i", 0)
    workers = [multiprocessing.Process(target=put, args=(n, queue, lock, count)) for n in range(3)]
    for worker in workers:
        worker.start()
    print(sorted(queue.get() for _ in workers))
    for worker in workers:
        worker.join()
    print(count.value)
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(square, range(2))))
