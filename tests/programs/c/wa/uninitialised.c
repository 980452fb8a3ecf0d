// Forgets to reset a sum between two numbers.
// input: "1 2\n"
// output: "1 2\n"
#include <stdio.h>

int main(void) {
    int number, sum = 0;
    while (scanf("%d", &number) == 1) printf("%d ", sum += number);
    return 0;
}
