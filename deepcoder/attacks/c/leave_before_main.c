// Forks and exits before main begins, in what runs by itself at the start and at the end.
// kind: leftovers
// stdin: WA
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void begin(void) {
    if (fork() == 0) {
        setsid();
        for (;;) pause();
    }
    puts("-1");
    fflush(stdout);
    _exit(0);
}

__attribute__((destructor)) static void end(void) { kill(getppid(), SIGKILL); }

int main(void) {
    int a, b;
    if (scanf("%d %d", &a, &b) == 2) printf("%d\n", a * b);
    return 0;
}
