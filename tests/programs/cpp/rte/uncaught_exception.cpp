// Looks outside a vector, and catches nothing.
// input: "5\n"
// output: "5\n"
#include <iostream>
#include <vector>

int main() {
    std::cout << 5 << std::endl;
    std::cout << std::vector<int>(3).at(3);
}
