# Has threads, integers of any size, and text beyond ASCII.
# input: "Grüße 30\n"
# output: "Grüße 265252859812191058636308480000000\n"
import math
import threading

word, number = input().split()
results = []
threads = [threading.Thread(target=lambda: results.append(math.factorial(int(number)))) for _ in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
assert len(results) == 4
print(word, results[0])
