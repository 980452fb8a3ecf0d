// Writes files until its folder is full, also some without a name.
// kind: bombs
// stdin: WA RTE MLE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char block[1 << 20];

int main(void) {
    for (int i = 0; i < 100; i++) {
        char name[20];
        snprintf(name, sizeof name, "file%d", i);
        int file = open(name, O_CREAT | O_RDWR, 0600);
        if (i % 2) unlink(name);
        for (int j = 0; j < 10; j++)
            if (write(file, block, sizeof block) < 0) break;
    }
    puts("held");
    return 0;
}
