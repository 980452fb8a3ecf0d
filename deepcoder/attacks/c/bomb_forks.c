// Forks for ever, and each child does.
// kind: bombs
// stdin: TLE RTE MLE WA
// limits: cpu_s=0.5, wall_s=1.0
#include <unistd.h>

int main(void) {
    for (;;) fork();
}
