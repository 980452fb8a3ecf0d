// Includes a device without an end.
// kind: compiling
// stdin: CE
#include "/dev/zero"
int main(void) { return 0; }
