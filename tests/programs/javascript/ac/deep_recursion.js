// Calls itself 100,000 times.
// input: "100000\n"
// output: "100000\n"
const depth = (left) => (left === 0 ? 0 : 1 + depth(left - 1));
console.log(depth(Number(require("fs").readFileSync(0, "utf8"))));
