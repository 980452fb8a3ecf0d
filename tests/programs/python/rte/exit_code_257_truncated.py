# sys.exit(257) is exit code 1 on Linux.
# input: ""
# output: "5\n"
print(5)
raise SystemExit(257)
