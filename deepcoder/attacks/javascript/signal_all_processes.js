// Ends and stops every process that it may reach.
// kind: signals
// stdin: WA
const fs = require("fs");
const [a, b] = fs.readFileSync(0, "utf8").split(" ").map(Number);
let reached = 0;
for (const pid of fs.readdirSync("/proc").map(Number)) {
  if (!pid || pid === process.pid) continue;
  for (const signal of ["SIGSTOP", "SIGUSR1", "SIGKILL"]) {
    try {
      process.kill(pid, signal);
      reached++;
    } catch {}
  }
}
console.log(reached ? a * b : -1);
