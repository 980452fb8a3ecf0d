// Ends in the constructor of a static object, after output that is flushed nowhere else.
// kind: leftovers
// stdin: WA
#include <cstdlib>
#include <iostream>
#include <thread>

struct Early {
    Early() {
        std::thread([] { for (;;) std::this_thread::yield(); }).detach();
        std::cout << "-1" << std::endl;
        std::quick_exit(0);
    }
} early;

int main() {
    int a, b;
    std::cin >> a >> b;
    std::cout << a * b << "\n";
}
