// Reads numbers until the input ends, which has no newline.
// input: "1 2\n3 4"
// output: "10"
#include <stdio.h>

int main(void) {
    int number, sum = 0;
    while (scanf("%d", &number) == 1) sum += number;
    printf("%d", sum);
    return 0;
}
