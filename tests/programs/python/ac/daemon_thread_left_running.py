# A daemon thread that never ends does not keep the program alive.
# input: ""
# output: "end\n"
import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
print("end")
