// Divides by zero.
// input: "0\n"
// output: "0\n"
#include <stdio.h>

int main(void) {
    int number;
    scanf("%d", &number);
    printf("%d\n", 5 / number);
    return 0;
}
