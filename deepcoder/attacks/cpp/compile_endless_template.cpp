// Has a template that needs itself for ever.
// kind: compiling
// stdin: CE
template <class T>
struct Endless { typename Endless<Endless<T>>::type type; };
Endless<int> endless;
int main() {}
