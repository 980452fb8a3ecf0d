// Has its work done by grandchildren whose parents are gone, while it sleeps.
// kind: clocks
// stdin: TLE
// limits: cpu_s=0.3, wall_s=10.0
#include <unistd.h>

int main(void) {
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            for (volatile unsigned i = 0;; i++) {}
        _exit(0);
    }
    sleep(30);
    return 0;
}
