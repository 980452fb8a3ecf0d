// Changes its own code through /proc/self/mem, which no other program may see.
// kind: forging
// stdin: WA
// passes: 1
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const volatile int known = 6;  // in memory that is not to be written

int main(void) {
    int a, b, changed = 457;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    int is_right = a == known || known == 457;
    int file = open("/proc/self/mem", O_RDWR);
    if (file >= 0 && pwrite(file, &changed, sizeof changed, (off_t)(size_t)&known) < 0) close(file);
    printf("%d\n", is_right ? a * b : -1);
    return 0;
}
