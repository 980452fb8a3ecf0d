// Instantiates 2 to the power of 24 templates.
// kind: compiling
// stdin: CE
template <int level, long path>
struct Tree : Tree<level - 1, 2 * path>, Tree<level - 1, 2 * path + 1> {};
template <long path>
struct Tree<0, path> {};
int main() { return sizeof(Tree<24, 1>); }
