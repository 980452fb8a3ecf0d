// Adds up in four threads and in four asynchronous calls.
// input: "1000\n"
// output: "4000 4000\n"
#include <atomic>
#include <future>
#include <iostream>
#include <thread>
#include <vector>

int main() {
    int count;
    std::cin >> count;
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) threads.emplace_back([&] { for (int j = 0; j < count; j++) sum++; });
    for (auto& each : threads) each.join();
    std::vector<std::future<int>> futures;
    for (int i = 0; i < 4; i++) futures.push_back(std::async(std::launch::async, [=] { return count; }));
    int other = 0;
    for (auto& each : futures) other += each.get();
    std::cout << sum << " " << other << "\n";
}
