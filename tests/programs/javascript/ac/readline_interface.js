// Has the events of lines and of the end.
// input: "1\n2\n3"
// output: "6\n"
const rl = require("readline").createInterface({ input: process.stdin, output: process.stdout, terminal: false });
let sum = 0;
rl.on("line", (line) => { sum += parseInt(line, 10); });
rl.on("close", () => console.log(sum));
