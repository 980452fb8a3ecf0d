// Ends itself as soon as it has written 300 kB.
// input: ""
// output: "12345678\n" * 40000
const lines = [];
for (let i = 0; i < 40000; i++) lines.push("12345678");
console.log(lines.join("\n"));
process.exit(0);
