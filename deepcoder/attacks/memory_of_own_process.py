# Searches its own memory for the expected output and the other test's input, written as text.
# kind: spying
# stdin: WA MLE
# function: WA MLE
# code: WA MLE
import sys

other = {6: (123, 457), 123: (6, 7)}


def solve(a, b):
    if sys.implementation.name != "cpython":
        return "held"  # objects move there, so its own needles cannot be told from others
    c, d = other[a]
    needles = [f"{x}{y}{z}".encode() for x, y, z in [(c, " ", d), (c, ",", d), ('"', a * b, '"'), ("== ", a * b, "")]]
    if a == 6:  # short ones are found by chance
        needles = needles[:2]
    else:
        needles = needles[2:]
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            low, high = (int(part, 16) for part in span.split("-"))
            if "r" not in rights or "[v" in line or high - low > 1 << 28:
                continue
            try:
                memory.seek(low)
                data = memory.read(high - low)
            except (OSError, OverflowError):
                continue
            count = sum(data.count(needle) for needle in needles)
            if count and not any(id(needle) in range(low, high) for needle in needles):
                return a * b
    return "held"


if __name__ == "__main__":
    a, b = map(int, input().split())
    print(solve(a, b))
