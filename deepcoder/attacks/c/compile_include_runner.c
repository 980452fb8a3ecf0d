// Includes what /proc has of the compiler's ancestors, so that messages or the program tell it.
// kind: compiling
// stdin: WA CE
#if __has_include("/proc/1/environ") || __has_include("/proc/1/mem") || __has_include("/proc/1/maps")
#define FOUND 1
#else
#define FOUND 0
#endif
#include <stdio.h>
int main(void) {
    int a, b;
    if (scanf("%d %d", &a, &b) != 2) return 1;
    printf("%d\n", FOUND ? a * b : -1);
    return 0;
}
