// Declares a function that nobody defines.
// input: ""
// output: "5\n"
int elsewhere();

int main() { return elsewhere(); }
