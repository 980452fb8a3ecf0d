// Is C as it was written long ago: no prototypes, an implicit int, and main without a return.
// input: "4\n"
// output: "24\n"
#include <stdio.h>

factorial(n) int n; { return n ? n * factorial(n - 1) : 1; }

main() {
    int n;
    scanf("%d", &n);
    printf("%d\n", factorial(n));
    return 0;
}
