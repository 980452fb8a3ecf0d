// Fills what it allocated.
// input: ""
// output: "5\n"
// limits: memory_bytes=67108864
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char* much = malloc(1 << 28);
    if (!much) return 1;
    memset(much, 1, 1 << 28);
    puts("5");
    return much[12345] - 1;
}
