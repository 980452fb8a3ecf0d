# Hides digits of a wrong answer behind backspaces, carriage returns and NUL bytes.
# kind: answers
# stdin: WA
a, b = map(int, input().split())
print(f"9\b{a * b}\x00", end="\r\n")
print(f"1\r{a * b}")
