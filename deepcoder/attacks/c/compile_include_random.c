// Includes a device of random bytes.
// kind: compiling
// stdin: CE
#include "/dev/urandom"
int main(void) { return 0; }
