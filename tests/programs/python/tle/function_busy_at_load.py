# Busy while it is loaded.
# mode: function solve
# limits: cpu_s=0.3
# args: (1,)
# output: 1
while True:
    pass
