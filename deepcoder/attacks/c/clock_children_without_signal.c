// Has its work done by children that tell nobody of their end, and does not wait for them.
// kind: clocks
// stdin: TLE
// limits: cpu_s=0.4, wall_s=10.0
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    for (int i = 0; i < 40; i++) {
        if (syscall(SYS_clone, 0, 0, 0, 0, 0) == 0) {
            while (clock() < CLOCKS_PER_SEC / 20) {}
            _exit(0);
        }
        usleep(60000);
    }
    puts("held");
    return 0;
}
