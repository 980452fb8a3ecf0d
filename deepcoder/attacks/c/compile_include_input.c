// Includes the standard input of the compiler, which is no test's.
// kind: compiling
// stdin: WA
#include <stdio.h>
static const char* const input =
#include "/dev/stdin"
    "nothing";
int main(void) {
    int a, b;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    printf("%d\n", input[0] != 'n' ? a * b : -1);
    return 0;
}
