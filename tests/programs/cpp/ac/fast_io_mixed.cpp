// Reads with scanf and cin and prints with printf and cout, synchronised as they are by default.
// input: "3\n10 20 30\n"
// output: "10\n20\n30\n60\n"
#include <cstdio>
#include <iostream>

int main() {
    int count, number;
    long long sum = 0;
    if (scanf("%d", &count) != 1) return 1;
    for (int i = 0; i < count; i++) {
        std::cin >> number;
        sum += number;
        if (i % 2) std::cout << number << "\n";
        else printf("%d\n", number);
    }
    printf("%lld\n", sum);
}
