// Uses CPU for ever, after the right answer.
// input: ""
// output: "5\n"
// limits: cpu_s=0.3
#include <cstdio>

int main() {
    puts("5");
    fflush(stdout);
    for (volatile unsigned i = 0;; i++) {}
}
