// Throws, after the right answer.
// input: ""
// output: "5\n"
console.log(5);
null.length;
