# Uses CPU for ever.
# input: ""
# output: "5\n"
# limits: cpu_s=0.3
print(5, flush=True)
while True:
    pass
