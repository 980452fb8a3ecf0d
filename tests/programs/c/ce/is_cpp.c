// Is C++.
// input: ""
// output: "5\n"
#include <iostream>

int main() { std::cout << 5; }
