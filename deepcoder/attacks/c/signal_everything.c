// Sends every process that it may reach the signals that end or stop it.
// kind: signals
// stdin: WA
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int a, b, reached = 0;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    reached += kill(getppid(), SIGSTOP) == 0;
    reached += kill(1, SIGKILL) == 0;
    for (int pid = 2; pid < 1000; pid++)
        if (pid != getpid()) reached += kill(pid, SIGKILL) == 0;
    kill(-1, SIGKILL);
    printf("%d\n", reached ? a * b : -1);
    return 0;
}
