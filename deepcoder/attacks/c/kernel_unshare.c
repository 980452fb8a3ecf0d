// Makes namespaces of its own by a raw system call, to be root in them.
// kind: kernel
// stdin: RTE
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
    int a, b;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    printf("%d\n", syscall(SYS_unshare, 0x10000000 | 0x00020000) == 0 ? a * b : -1);
    return 0;
}
