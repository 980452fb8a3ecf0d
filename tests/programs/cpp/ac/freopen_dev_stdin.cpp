// Opens the standard streams again by name, as programs from online judges do.
// input: "6 7\n"
// output: "42\n"
#include <cstdio>

int main() {
    int a, b;
    if (!freopen("/dev/stdin", "r", stdin)) return 1;
    if (!freopen("/dev/stdout", "w", stdout)) return 2;
    if (scanf("%d %d", &a, &b) != 2) return 3;
    printf("%d\n", a * b);
}
