// Searches the folders in which tests or other programs could be.
// kind: spying
// stdin: WA
#define _GNU_SOURCE
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int reached;
static char own[4096];

static int see(const char* path, const struct stat* status, int type, struct FTW* where) {
    (void)where;
    if (type == FTW_F && status->st_size > 0 && access(path, R_OK) == 0 && strncmp(path, own, strlen(own))) reached++;
    return 0;
}

int main(void) {
    static const char* const folders[] = {"/tmp", "/var/tmp", "/run", "/srv", "/mnt", "/media", "/data", "/dev/shm"};
    int a, b;
    if (scanf("%d %d", &a, &b) != 2 || !getcwd(own, sizeof own)) return 1;
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) nftw(folders[i], see, 20, FTW_PHYS);
    printf("%d\n", reached ? a * b : -1);
    return 0;
}
