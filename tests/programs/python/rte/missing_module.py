# A module that does not exist.
# input: ""
# output: "5\n"
import no_such_module_anywhere

print(5)
