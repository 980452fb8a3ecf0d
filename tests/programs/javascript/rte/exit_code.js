// Sets its exit code, after the right answer.
// input: ""
// output: "5\n"
console.log(5);
process.exitCode = 1;
