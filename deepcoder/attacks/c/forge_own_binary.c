// Writes over its own binary, so that the next run is of another program.
// kind: forging
// stdin: WA
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    static const char* const names[] = {"/proc/self/exe", "program", "/proc/self/map_files", "/proc/self/fd/3"};
    int a, b, reached = 0;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    for (int i = 0; i < 4; i++) {
        int file = open(names[i], O_RDWR);
        if (file >= 0) reached += write(file, "#!/bin/sh\necho 42\n", 18) > 0 || ftruncate(file, 0) == 0;
        reached += unlink(names[i]) == 0;
        reached += truncate(names[i], 0) == 0;
        reached += chmod(names[i], 0777) == 0;
    }
    printf("%d\n", reached ? a * b : -1);
    return 0;
}
