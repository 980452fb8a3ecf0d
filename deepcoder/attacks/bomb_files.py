# Writes one file without end, where the scratch folder is memory.
# kind: bombs
# stdin: RTE MLE
# function: RTE MLE
# code: RTE MLE
with open("big", "wb", 0) as file:
    while True:
        file.write(bytes(1 << 20))
