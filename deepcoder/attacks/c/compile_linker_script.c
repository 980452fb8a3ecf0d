// Asks the linker for files and for a script of its own.
// kind: compiling
// stdin: CE WA
#pragma comment(linker, "/INCLUDE:/etc/passwd")
#pragma comment(lib, "/etc/passwd")
#include <stdio.h>
__asm__(".section .drectve\n.ascii \"-T /proc/self/environ\"\n.section .note.GNU-stack,\"\",@progbits\n.text\n");
int main(void) {
    puts("-1");
    return 0;
}
