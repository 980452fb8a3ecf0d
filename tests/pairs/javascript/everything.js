// Leaves what a program under Node can: files, also where modules are looked for, and a process that stays.
const fs = require("fs"), os = require("os"), path = require("path");
const { spawn } = require("child_process");

const folders = [".", "..", os.tmpdir(), os.homedir(), "/tmp", "/var/tmp", "/dev/shm", "/run", "/"];
const modules = ["./node_modules", path.join(os.homedir(), ".node_modules"), "/usr/lib/node_modules"];

function line(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

function leave() {
  for (const folder of folders) {
    try {
      fs.writeFileSync(path.join(folder, "left"), "left");
      console.log("left", folder);
    } catch {}
  }
  for (const folder of modules) {
    try {
      fs.mkdirSync(path.join(folder, "left"), { recursive: true });
      fs.writeFileSync(path.join(folder, "left", "index.js"), "module.exports = 'left'");
      console.log("left module", folder);
    } catch {}
  }
  const child = spawn(process.execPath, ["-e", "process.title = 'left'; setInterval(() => {}, 1e6)"], {
    detached: true,
    stdio: "ignore",
  });
  child.on("error", () => {});
  if (child.pid) {
    while (!line(child.pid).includes("left")); // it has begun, and has not got its arguments yet
    console.log("left process");
  }
  child.unref();
}

function look() {
  for (const folder of folders) {
    if (fs.existsSync(path.join(folder, "left"))) console.log("seen", folder);
  }
  for (const folder of modules) {
    try {
      require(path.resolve(folder, "left"));
      console.log("seen module", folder);
    } catch {}
  }
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    if (line(pid).includes("left")) console.log("seen process");
  }
}

for (const word of fs.readFileSync(0, "latin1").split(/\s+/).filter(Boolean)) word === "leave" ? leave() : look();
