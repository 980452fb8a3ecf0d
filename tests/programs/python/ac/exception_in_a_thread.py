# An unhandled exception in a thread does not fail the program.
# input: ""
# output: "main goes on\n"
import threading

thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
print("main goes on")
