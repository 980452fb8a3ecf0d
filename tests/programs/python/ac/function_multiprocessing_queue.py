# Children that answer through a queue of multiprocessing.
# mode: function solve
# args: (3,)
# output: [0, 1, 4]
# args: (2,)
# output: [0, 1]
import multiprocessing


def work(n, queue):
    queue.put(n * n)


def solve(n):
    queue = multiprocessing.SimpleQueue()
    workers = [multiprocessing.Process(target=work, args=(each, queue)) for each in range(n)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sorted(queue.get() for _ in workers)
