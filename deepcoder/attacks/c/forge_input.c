// Writes to its input and opens its streams again for writing, for the next run to read.
// kind: forging
// stdin: WA
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
    static const char* const names[] = {"/dev/stdin", "/proc/self/fd/0", "/dev/fd/0"};
    int a, b, reached = 0;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    reached += write(0, "1 42\n", 5) > 0;
    reached += ftruncate(0, 0) == 0;
    for (int i = 0; i < 3; i++) {
        int file = open(names[i], O_RDWR);
        reached += file >= 0 && pwrite(file, "1 42\n", 5, 0) > 0;
    }
    char* mapped = (char*)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 0);
    reached += mapped != MAP_FAILED;
    printf("%d\n", reached ? a * b : -1);
    close(1);
    close(2);
    reached = open("/proc/self/fd/1", O_WRONLY);
    return 0;
}
