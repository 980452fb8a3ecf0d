// Includes itself twice at each level.
// kind: compiling
// stdin: CE
#include __FILE__
#include __FILE__
int main(void) { return 0 }
