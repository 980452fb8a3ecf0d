# Returns surrogates, NUL bytes, terminal escapes and what looks like the channel's tags.
# kind: values
# stdin: WA RTE
# function: WA
# code: WA
TEXT = '\ud800\x00\x1b[2J\u202e"}]{"$int": "0x2a"}'


def solve(a, b):
    return {TEXT: TEXT, "$int": "0x2a"}


if __name__ == "__main__":
    import sys

    sys.stdout.buffer.write(TEXT.encode("utf-8", "surrogatepass") + b"\xff\xfe42")
