// Two threads of which each waits for the other.
// input: ""
// output: "5\n"
// limits: cpu_s=0.3, wall_s=0.4
#include <mutex>
#include <thread>

int main() {
    std::mutex mutex;
    mutex.lock();
    std::thread other([&] { mutex.lock(); });
    other.join();
}
