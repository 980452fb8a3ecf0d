// Is a library.
// input: ""
// output: "5\n"
int answer() { return 5; }
