// Uses CPU for ever.
// input: ""
// output: "5\n"
// limits: cpu_s=0.8
console.log(5);
for (;;) {}
