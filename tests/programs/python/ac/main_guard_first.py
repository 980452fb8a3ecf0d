# The __main__ guard stands before other code and runs where it stands.
# input: "2\n"
# output: "guard 2\nafter\n"
if __name__ == "__main__":
    print("guard", input())

print("after")
