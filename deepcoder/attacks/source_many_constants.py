# Has four megabytes of source, of which every line is a new constant.
# kind: source
# stdin: WA CE TLE MLE
# limits: cpu_s=0.5, wall_s=2
# append: "\n".join(f"x{n} = {n}.5" for n in range(250_000))
