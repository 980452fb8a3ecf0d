# Reconfigures the streams: encoding, line buffering.
# input: "é\n"
# output: "é!\n"
import sys

sys.stdin.reconfigure(encoding="utf-8")
sys.stdout.reconfigure(line_buffering=True, encoding="utf-8")
print(input() + "!")
