// Traces each process that it can see.
// kind: kernel
// stdin: RTE WA
#include <stdio.h>
#include <sys/ptrace.h>
#include <unistd.h>

int main(void) {
    int a, b, reached = 0;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    for (int pid = 1; pid < 400; pid++)
        if (pid != getpid()) reached += ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0;
    printf("%d\n", reached ? a * b : -1);
    return 0;
}
