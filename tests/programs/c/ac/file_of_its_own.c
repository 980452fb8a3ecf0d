// Writes a file, deletes it, and looks at signals: a pipe that nobody reads kills, as on a judge.
// input: ""
// output: "kept default\n"
#include <signal.h>
#include <stdio.h>

int main(void) {
    char word[10] = "";
    FILE* file = fopen("notes.txt", "w+");
    if (!file) return 1;
    fputs("kept", file);
    rewind(file);
    if (fscanf(file, "%9s", word) != 1) return 2;
    fclose(file);
    remove("notes.txt");
    struct sigaction pipe, size;
    sigaction(SIGPIPE, NULL, &pipe);
    sigaction(SIGXFSZ, NULL, &size);
    printf("%s %s\n", word, pipe.sa_handler == SIG_DFL && size.sa_handler == SIG_DFL ? "default" : "ignored");
    return 0;
}
