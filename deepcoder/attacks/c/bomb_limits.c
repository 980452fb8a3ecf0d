// Takes its limits off, then uses more than they allow.
// kind: bombs
// stdin: MLE WA RTE
// limits: memory_bytes=67108864
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int main(void) {
    int a, b;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    for (int kind = 0; kind < 16; kind++) {
        struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
        setrlimit((__rlimit_resource_t)kind, &none);
        prlimit(getppid(), (enum __rlimit_resource)kind, &none, NULL);
    }
    volatile char* much = (volatile char*)malloc(200 << 20);
    for (int i = 0; much && i < 200 << 20; i += 512) much[i] = 1;
    printf("%d\n", much ? a * b * much[512] : -1);
    return 0;
}
