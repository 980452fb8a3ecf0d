// Calls itself a million times, with some bytes in each frame.
// input: "1000000\n"
// output: "1000000\n"
#include <cstdio>

int depth(int left) {
    volatile char frame[64];
    frame[left % 64] = 1;
    return left ? depth(left - 1) + frame[left % 64] : 0;
}

int main() {
    int count;
    if (scanf("%d", &count) == 1) printf("%d\n", depth(count));
}
