// Ends by abort, after the right answer.
// input: "5\n"
// output: "5\n"
#include <cassert>
#include <iostream>

int main() {
    int number;
    std::cin >> number;
    std::cout << number << std::endl;
    assert(number == 6);
}
