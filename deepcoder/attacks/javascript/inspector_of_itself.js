// Opens a debugger on the network, and one of another process.
// kind: kernel
// stdin: WA RTE
const [a, b] = require("fs").readFileSync(0, "utf8").split(" ").map(Number);
let reached = false;
try {
  require("inspector").open(0, "0.0.0.0");
  reached = require("inspector").url() !== undefined;
} catch {}
for (const pid of [1, 2, 3, 4, 5, process.ppid]) {
  try {
    process._debugProcess(pid);
    reached = true;
  } catch {}
}
console.log(reached ? a * b : -1);
process.exit(0);
