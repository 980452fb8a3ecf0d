# Fails with control sequences that would run in the terminal of who reads the detail.
# kind: floods
# stdin: RTE
# function: RTE
# code: RTE
raise ValueError("\x1b]0;owned\x07\x1b[2J\x1b[1;1H\x9b31mAC\r\x00\u202e")
