# Bytes.
# mode: function raw
# args: (3,)
# output: b"\x00\x01\xff"
def raw(n):
    return bytes([0, 1, 255][:n])
