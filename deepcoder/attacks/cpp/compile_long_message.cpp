// Has one wrong line whose message is longer than the program by far.
// kind: compiling
// stdin: CE
template <class T> struct Pair { typedef Pair<Pair<T>(*)(Pair<T>)> next; };
typedef Pair<int>::next::next::next::next::next::next::next::next::next::next::next::next One;
int main() { One one = 5; return one; }
