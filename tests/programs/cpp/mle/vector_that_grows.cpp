// Touches more memory than it may have.
// input: ""
// output: "5\n"
// limits: memory_bytes=67108864
#include <cstdio>
#include <vector>

int main() {
    puts("5");
    std::vector<std::vector<char>> parts;
    while (true) parts.emplace_back(1 << 20, 'x');
}
