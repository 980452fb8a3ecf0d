// Includes every header, and uses pragmas of contestants, a structured binding and a heap.
// input: "3\n5 1 4\n"
// output: "1 4 5\n"
#pragma GCC optimize("O3,unroll-loops")
#pragma GCC target("sse4.2")
#include <bits/stdc++.h>
using namespace std;
#ifndef ONLINE_JUDGE
#error "a judge defines this"
#endif

int main() {
    int n;
    cin >> n;
    map<int, int> numbers;
    for (int i = 0, x; i < n; i++) cin >> x, numbers[x]++;
    string sep;
    for (auto [number, count] : numbers) cout << exchange(sep, " ") << number;
    cout << "\n";
}
