# Has a constant that takes for ever to compute, while it is compiled or after.
# kind: source
# stdin: TLE MLE
# function: TLE MLE
# limits: cpu_s=0.2
TOWER = 9**9**9**9
