# Goes on after everything that can be caught.
# input: ""
# output: "5\n"
# limits: output_bytes=1000000
while True:
    try:
        print("x" * 1000)
    except BaseException:
        pass
