// Throws through frames that own memory, and catches at the end.
// input: "x\n"
// output: "stoi\n"
#include <iostream>
#include <memory>
#include <string>

int main() {
    std::string word;
    std::cin >> word;
    auto owned = std::make_unique<int>(3);
    try {
        std::cout << std::stoi(word) << "\n";
    } catch (const std::invalid_argument& error) {
        std::cout << error.what() << "\n";
    }
}
