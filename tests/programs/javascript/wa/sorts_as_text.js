// Sorts numbers as text.
// input: "1 2 3\n"
// output: "1 2 3\n"
// input: "9 10 11\n"
// output: "9 10 11\n"
const numbers = require("fs").readFileSync(0, "utf8").trim().split(" ").map(Number);
console.log(numbers.sort().join(" "));
