// Has an array of 4 GB in its file.
// kind: compiling
// stdin: CE
char table[1ll << 32] = {1};
int main(void) { return table[0]; }
