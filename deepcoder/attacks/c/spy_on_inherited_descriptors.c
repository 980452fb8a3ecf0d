// Looks for a descriptor beside the three that a program has, and sends each a report that the program was right.
// kind: forging
// stdin: WA
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int a, b, open_ones = 0;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    for (int fd = 3; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) < 0) continue;
        open_ones++;
        if (write(fd, "V\0\0\0\2" "42", 7) < 0) continue;
    }
    printf("%d\n", open_ones ? a * b : -1);
    return 0;
}
