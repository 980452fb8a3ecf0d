# Starts the interpreter as a subprocess.
# input: ""
# output: "4\n"
import subprocess
import sys

done = subprocess.run([sys.executable, "-I", "-c", "print(2 + 2)"], capture_output=True, text=True)
print(done.stdout.strip())
