// Sets up a ring through which the kernel works past every filter, or a file that is only memory.
// kind: kernel
// stdin: WA
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
    int a, b;
    char parameters[120] = {0};
    if (scanf("%d %d", &a, &b) != 2) return 1;
    long ring = syscall(425, 4, parameters), file = syscall(SYS_memfd_create, "hidden", 0);
    printf("%d\n", ring >= 0 || file >= 0 ? a * b : -1);
    return 0;
}
