// Reads the memory of each process that it can see, by process_vm_readv.
// kind: kernel
// stdin: RTE WA
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

int main(void) {
    int a, b, reached = 0;
    char buffer[16];
    struct iovec here = {buffer, sizeof buffer}, there = {(void*)0x400000, sizeof buffer};
    if (scanf("%d %d", &a, &b) != 2) return 1;
    for (int pid = 1; pid < 400; pid++)
        if (pid != getpid()) reached += process_vm_readv(pid, &here, 1, &there, 1, 0) > 0;
    printf("%d\n", reached ? a * b : -1);
    return 0;
}
