// Starts workers that start workers.
// kind: bombs
// stdin: MLE TLE RTE
// limits: cpu_s=2.0, wall_s=3.0
const { Worker } = require("worker_threads");
const source = `
  const { Worker } = require("worker_threads");
  for (;;) try { new Worker(${JSON.stringify("for (;;) {}")}, { eval: true }); } catch {}
`;
for (let i = 0; i < 8; i++) new Worker(source, { eval: true }).on("error", () => {});
