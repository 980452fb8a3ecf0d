// Leaves what a native program can: files, a process that stays and holds a socket without a path, System V objects.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define KEY 0x1ef7

static const char *folders[] = {".", "..", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/home", "/"};
static const int FOLDERS = sizeof folders / sizeof *folders;

static int name(struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    strcpy(address->sun_path + 1, "left");
    return offsetof(struct sockaddr_un, sun_path) + 5;
}

static void leave(void) {
    char path[64];
    for (int i = 0; i < FOLDERS; i++) {
        snprintf(path, sizeof path, "%s/left", folders[i]);
        int file = open(path, O_CREAT | O_WRONLY, 0666);
        if (file >= 0) printf("left %s\n", path);
    }
    if (shmget(KEY, 4096, IPC_CREAT | 0666) >= 0) puts("left shared memory");
    if (msgget(KEY, IPC_CREAT | 0666) >= 0) puts("left message queue");
    int ready[2];
    if (pipe(ready) != 0) return;
    pid_t child = fork();
    if (child == 0) {
        struct sockaddr_un address;
        int size = name(&address), held = socket(AF_UNIX, SOCK_STREAM, 0);
        prctl(PR_SET_NAME, "left");
        setsid();
        int holds = held >= 0 && bind(held, (struct sockaddr *)&address, size) == 0 && listen(held, 1) == 0;
        for (int i = 0; i < 3; i++) close(i);
        if (write(ready[1], holds ? "s" : "n", 1) != 1) _exit(1);
        for (;;) pause();
    }
    char said = 0;
    if (child > 0 && read(ready[0], &said, 1) == 1) puts("left process");
    if (said == 's') puts("left socket");
}

static void look(void) {
    char path[320], text[16];
    for (int i = 0; i < FOLDERS; i++) {
        snprintf(path, sizeof path, "%s/left", folders[i]);
        if (access(path, F_OK) == 0) printf("seen %s\n", path);
    }
    if (shmget(KEY, 0, 0) >= 0) puts("seen shared memory");
    if (msgget(KEY, 0) >= 0) puts("seen message queue");
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        FILE *comm = fopen(path, "r");
        if (comm && fgets(text, sizeof text, comm) && strcmp(text, "left\n") == 0) puts("seen process");
        if (comm) fclose(comm);
    }
    struct sockaddr_un address;
    int size = name(&address), asks = socket(AF_UNIX, SOCK_STREAM, 0);
    if (asks >= 0 && connect(asks, (struct sockaddr *)&address, size) == 0) puts("seen socket");
}

int main(void) {
    char word[16];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (scanf("%15s", word) == 1) strcmp(word, "leave") == 0 ? leave() : look();
    return 0;
}
