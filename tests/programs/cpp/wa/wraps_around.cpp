// Adds in 32 bits what needs 64.
// input: "1 2\n"
// output: "3\n"
// input: "2147483647 1\n"
// output: "2147483648\n"
#include <iostream>

int main() {
    unsigned a, b;
    std::cin >> a >> b;
    std::cout << static_cast<int>(a + b) << "\n";
}
