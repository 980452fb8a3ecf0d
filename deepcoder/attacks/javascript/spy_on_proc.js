// Reads what /proc has of other processes, and looks for descriptors that are not Node's own.
// kind: spying
// stdin: WA
const fs = require("fs");
const [a, b] = fs.readFileSync(0, "utf8").split(" ").map(Number);
let reached = 0;
for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name) && +name !== process.pid)) {
  for (const name of ["environ", "maps", "auxv", "fd/0", "mem"]) {
    try {
      reached += fs.readFileSync(`/proc/${pid}/${name}`).length;
    } catch {}
  }
}
for (const fd of fs.readdirSync("/proc/self/fd")) {
  try {
    const target = fs.readlinkSync(`/proc/self/fd/${fd}`);
    if (+fd > 2 && /memfd|code|socket/.test(target)) reached++;
  } catch {}
}
console.log(reached ? a * b : -1);
