// Prints one byte more than allowed.
// input: ""
// output: "x" * 1001
// limits: output_bytes=1000
#include <stdio.h>

int main(void) {
    for (int i = 0; i < 1001; i++) putchar('x');
    return 0;
}
