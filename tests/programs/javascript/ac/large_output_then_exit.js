// Writes 300 kB before it sets its exit code to 0 and ends.
// input: ""
// output: "12345678\n" * 40000
const lines = [];
for (let i = 0; i < 40000; i++) lines.push("12345678");
console.log(lines.join("\n"));
process.exitCode = 0;
