// Reads all of the input by its name, as AtCoder's programs do.
// input: "6 7\n"
// output: "42\n"
const [a, b] = require("fs").readFileSync("/dev/stdin").toString().trim().split(" ");
console.log(a * b);
