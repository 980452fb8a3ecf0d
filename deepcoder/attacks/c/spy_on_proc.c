// Reads what /proc has of other processes, the runner among them.
// kind: spying
// stdin: WA
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char* const names[] = {"environ", "mem", "maps", "syscall", "stack", "auxv", "root/tmp", "cwd/main.c", "fd/0", "exe"};

int main(void) {
    int a, b, reached = 0;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    DIR* folder = opendir("/proc");
    for (struct dirent* each; folder && (each = readdir(folder));) {
        int pid = atoi(each->d_name);
        if (pid == 0 || pid == getpid()) continue;
        for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
            char path[100], byte;
            snprintf(path, sizeof path, "/proc/%d/%s", pid, names[i]);
            int file = open(path, O_RDONLY);
            if (file >= 0 && read(file, &byte, 1) > 0) reached++;
        }
    }
    printf("%d\n", reached ? a * b : -1);
    return 0;
}
