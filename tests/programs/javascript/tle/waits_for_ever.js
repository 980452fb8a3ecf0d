// Has a timer that never ends.
// input: ""
// output: "5\n"
// limits: cpu_s=5.0, wall_s=1.0
console.log(5);
setInterval(() => {}, 1000);
