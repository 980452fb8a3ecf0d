// Reserves 900 MB that it does not touch, and has much that a compiler warns of.
// input: "5\n"
// output: "5"
#include <stdio.h>
#include <string.h>

static char table[900000000];

int main() {
    int unused, number;
    char text[4];
    scanf("%d", &number);
    table[number] = 1;
    if (number = 5) strncpy(text, "5 and more", 4);
    printf("%d", text[0] - '0');
}
