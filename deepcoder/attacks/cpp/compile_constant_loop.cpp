// Computes for ever while it is compiled.
// kind: compiling
// stdin: CE
#pragma GCC optimize("O0")
constexpr unsigned long long spin(unsigned long long n) {
    unsigned long long sum = 0;
    for (unsigned i = 0; i < 200000; i++) sum += i ^ n;
    return sum;
}
template <int n>
constexpr unsigned long long all() { return spin(n) + all<n - 1>(); }
template <>
constexpr unsigned long long all<0>() { return 0; }
constexpr unsigned long long value = all<800>();
int main() { return value == 5; }
