// Has the assembler put files into the program: what the runner's descriptors and its memory hold.
// kind: compiling
// stdin: CE WA
#include <stdio.h>
__asm__(
    ".section .rodata\n"
    ".globl start_of_file\nstart_of_file:\n"
    ".incbin \"/proc/1/environ\"\n"
    ".globl end_of_file\nend_of_file:\n.byte 0\n.text\n");
extern const char start_of_file[], end_of_file[];
int main(void) {
    int a, b;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    printf("%d\n", end_of_file - start_of_file > 0 ? a * b : -1);
    return 0;
}
