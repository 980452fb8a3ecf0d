// Matches a pattern for ever, in one step of the runtime that nothing interrupts.
// kind: clocks
// stdin: TLE
// limits: cpu_s=0.6
console.log(/^(a+)+$/.test("a".repeat(60) + "b"));
