// Writes to address 0, after the right answer.
// input: "5\n"
// output: "5\n"
#include <cstdio>

int main() {
    puts("5");
    fflush(stdout);
    volatile int* nowhere = nullptr;
    *nowhere = 5;
}
