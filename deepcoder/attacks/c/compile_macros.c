// Expands one macro to 8 to the power of 9 words.
// kind: compiling
// stdin: CE
#define A(x) x x x x x x x x
#define B(x) A(A(A(x)))
#define C(x) B(B(B(x)))
int main(void) { C(;) return 0 }
