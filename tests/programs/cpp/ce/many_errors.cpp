// Has more errors than anybody reads, on long lines of templates.
// input: ""
// output: "5\n"
#include <algorithm>
#include <map>
#include <string>
#include <vector>

struct Nothing {};

int main() {
    std::map<std::vector<Nothing>, std::vector<std::map<std::string, Nothing>>> all;
    all[{}];
    std::sort(all.begin(), all.end());
    std::vector<Nothing> items(3);
    std::sort(items.begin(), items.end());
}
