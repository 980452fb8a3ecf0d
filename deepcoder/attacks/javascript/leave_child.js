// Leaves a detached child, and a shell in its own session.
// kind: leftovers
// stdin: WA
// passes: 1
const { spawn } = require("child_process");
const [a, b] = require("fs").readFileSync(0, "utf8").split(" ").map(Number);
const left = { detached: true, stdio: "ignore" };
spawn("/bin/sh", ["-c", "trap '' HUP TERM; while :; do touch /tmp/left; sleep 0.01; done"], left).unref();
spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], left).unref();
console.log(a === 6 ? a * b : -1);
