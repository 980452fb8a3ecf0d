# The usual shape.
# input: "3 4\n"
# output: "5.0\n"
import math


def main():
    a, b = map(int, input().split())
    print(math.hypot(a, b))


if __name__ == "__main__":
    main()
