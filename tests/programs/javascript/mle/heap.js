// Fills its heap, which the runtime notices.
// input: ""
// output: "5\n"
console.log(5);
const parts = [];
for (;;) parts.push(new Array(10000).fill(parts.length + 0.5));
