// Leaves modules and settings that the next program would load.
// kind: leftovers
// stdin: WA
// passes: 1
const fs = require("fs");
const [a, b] = fs.readFileSync(0, "utf8").split(" ").map(Number);
let found = false;
try {
  found = require("left");
} catch {}
for (const folder of [".", "..", process.env.HOME || ".", "/tmp", "/usr/lib"]) {
  try {
    fs.mkdirSync(`${folder}/node_modules/left`, { recursive: true });
    fs.writeFileSync(`${folder}/node_modules/left/index.js`, "module.exports = true;");
    fs.writeFileSync(`${folder}/package.json`, '{"type": "module"}');
  } catch {}
}
console.log(a === 6 || found ? a * b : -1);
