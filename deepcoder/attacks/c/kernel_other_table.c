// Asks by the interrupt of 32-bit programs, whose system calls have other numbers.
// kind: kernel
// stdin: RTE WA
#include <stdio.h>

int main(void) {
    int a, b;
    long result = -1;
    if (scanf("%d %d", &a, &b) != 2) return 1;
#ifdef __x86_64__
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(310), "b"(0x10000000) : "memory");  // unshare
#endif
    printf("%d\n", result == 0 ? a * b : -1);
    return 0;
}
