// Calls itself until the stack ends.
// input: ""
// output: "5\n"
// limits: memory_bytes=1073741824
console.log(5);
const down = (n) => down(n + 1) + 1;
down(0);
