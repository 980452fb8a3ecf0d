// Prints for ever.
// input: ""
// output: "5\n"
// limits: output_bytes=1000000
#include <cstdio>

int main() {
    while (true) puts("5");
}
