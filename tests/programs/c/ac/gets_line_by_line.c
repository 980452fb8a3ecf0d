// Reads lines with fgets and single characters with getchar.
// input: "abc\ndef\n"
// output: "cba\ndef"
#include <stdio.h>
#include <string.h>

int main(void) {
    char line[100];
    int c;
    fgets(line, sizeof line, stdin);
    line[strcspn(line, "\n")] = 0;
    for (int i = (int)strlen(line) - 1; i >= 0; i--) putchar(line[i]);
    putchar('\n');
    while ((c = getchar()) != EOF && c != '\n') putchar(c);
    return 0;
}
