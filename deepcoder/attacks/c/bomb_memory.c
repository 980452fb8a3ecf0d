// Touches memory in many children, each below the limit.
// kind: bombs
// stdin: MLE
// limits: memory_bytes=67108864
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            volatile char* much = (volatile char*)malloc(48 << 20);
            for (int j = 0; much && j < 48 << 20; j += 512) much[j] = 1;
            sleep(10);
            _exit(0);
        }
    while (wait(NULL) > 0) {}
    return 0;
}
