// Leaves a process in a session of its own, which writes files and hunts for the next program.
// kind: leftovers
// stdin: WA
// passes: 1
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int a, b;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    printf("%d\n", a == 6 ? a * b : -1);
    fflush(stdout);
    if (fork() == 0) {
        setsid();
        if (fork()) _exit(0);
        for (int fd = 0; fd < 3; fd++) close(fd);
        for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
        for (;;) {
            for (int pid = getpid() + 1; pid < getpid() + 20; pid++) kill(pid, SIGKILL);
            close(open("/tmp/left", O_CREAT | O_WRONLY, 0666));
            usleep(1000);
        }
    }
    return 0;
}
