# A daemon thread that would print the answer later is not waited for.
# input: ""
# output: "late\n"
import threading

never = threading.Event()


def late():
    never.wait()
    print("late")


threading.Thread(target=late, daemon=True).start()
