// Calls itself for ever, which meets the memory limit before the end of the stack.
// input: "1\n"
// output: "1\n"
// limits: memory_bytes=67108864
#include <stdio.h>

static int down(int n) {
    volatile char frame[4000];
    frame[0] = (char)n;
    return down(n + 1) + frame[0];
}

int main(void) {
    printf("%d\n", down(1));
    return 0;
}
