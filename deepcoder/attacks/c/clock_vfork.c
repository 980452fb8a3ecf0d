// Waits for a child by vfork, in a sleep that no signal ends.
// kind: clocks
// stdin: TLE
// limits: cpu_s=0.5, wall_s=0.4
#define _GNU_SOURCE
#include <unistd.h>

int main(void) {
    if (vfork() == 0) sleep(1000);
    return 0;
}
