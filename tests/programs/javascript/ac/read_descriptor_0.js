// Reads all of the input by the number of its descriptor.
// input: "3\n1 2 3\n"
// output: "6\n"
const [count, ...numbers] = require("fs").readFileSync(0, "utf8").split(/\s+/).filter(Boolean).map(Number);
console.log(numbers.slice(0, count).reduce((a, b) => a + b, 0));
