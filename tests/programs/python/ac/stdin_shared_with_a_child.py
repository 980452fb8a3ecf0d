# A child reads on where its parent stopped, and the parent where the child stopped.
# input: "1\n2\n3\n"
# output: "1\n2\n3\n"
import os

print(int(os.read(0, 2)), flush=True)
if os.fork() == 0:
    print(int(os.read(0, 2)), flush=True)
    os._exit(0)
os.wait()
print(int(os.read(0, 2)))
