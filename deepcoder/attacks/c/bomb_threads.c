// Starts threads until it may not, and goes on.
// kind: bombs
// stdin: TLE RTE MLE WA
// limits: cpu_s=0.5, wall_s=1.0
#include <pthread.h>
#include <stddef.h>

static void* start(void* nothing) {
    pthread_t thread;
    for (;;) pthread_create(&thread, NULL, start, nothing);
}

int main(void) {
    start(NULL);
    return 0;
}
