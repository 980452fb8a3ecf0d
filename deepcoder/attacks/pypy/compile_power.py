# Folds a constant that has a billion digits.
# kind: compiling
# stdin: CE TLE MLE
# limits: cpu_s=1.0
x = 9**9**9**9
print(x)
