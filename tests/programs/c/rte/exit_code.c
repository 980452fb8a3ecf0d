// Exits with 3, after the right answer.
// input: ""
// output: "5\n"
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    puts("5");
    exit(3);
}
