// Prints for ever.
// input: ""
// output: "5\n"
// limits: output_bytes=1000000
const { writeSync } = require("fs");
for (;;) writeSync(1, "5\n".repeat(1000));
