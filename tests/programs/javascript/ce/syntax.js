// Lacks a bracket.
// input: ""
// output: "5\n"
console.log(5;
