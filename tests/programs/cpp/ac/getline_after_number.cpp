// Reads a number, skips the rest of its line, then reads lines with spaces; the last has no end.
// input: "2\nhello there\n  two  spaces"
// output: "[hello there]\n[  two  spaces]\n"
#include <iostream>
#include <string>

int main() {
    int count;
    std::cin >> count;
    std::cin.ignore();
    std::string line;
    while (std::getline(std::cin, line)) std::cout << '[' << line << ']' << std::endl;
    std::cout << std::flush;
}
