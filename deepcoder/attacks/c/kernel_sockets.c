// Opens sockets to the network, to the kernel, and to every process by name.
// kind: kernel
// stdin: WA
#include <stdio.h>
#include <sys/socket.h>

int main(void) {
    int a, b, reached = 0;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    for (int family = 2; family < 46; family++)
        for (int type = 1; type < 6; type++) reached += socket(family, type, 0) >= 0;
    printf("%d\n", reached ? a * b : -1);
    return 0;
}
