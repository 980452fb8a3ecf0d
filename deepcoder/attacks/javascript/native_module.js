// Loads a library that it wrote itself.
// kind: kernel
// stdin: WA
const fs = require("fs");
const [a, b] = fs.readFileSync(0, "utf8").split(" ").map(Number);
let reached = false;
for (const name of ["libc.so.6", "libm.so.6", "libdl.so.2"]) {
  for (const folder of ["/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib"]) {
    try {
      fs.copyFileSync(`${folder}/${name}`, "own.node");
      fs.chmodSync("own.node", 0o777);
      process.dlopen({ exports: {} }, `${process.cwd()}/own.node`);
      reached = true;
    } catch (error) {
      if (/self-register/.test(error.message)) reached = true; // it was mapped to be executed
    }
  }
}
console.log(reached ? a * b : -1);
