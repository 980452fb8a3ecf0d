// Becomes its own child again and again by exec, of which each parent ends at once.
// kind: leftovers
// stdin: WA
// passes: 1
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char** words) {
    int a, b;
    if (count > 1) {
        if (vfork() == 0) {
            execl("/proc/self/exe", "program", "again", (char*)NULL);
            _exit(0);
        }
        _exit(0);
    }
    if (scanf("%d %d", &a, &b) != 2) return words == NULL;
    printf("%d\n", a == 6 ? a * b : -1);
    fflush(stdout);
    if (vfork() == 0) {
        close(0);
        close(1);
        close(2);
        execl("/proc/self/exe", "program", "again", (char*)NULL);
        _exit(0);
    }
    return 0;
}
