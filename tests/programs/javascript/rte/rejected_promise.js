// Has a promise that is rejected and that nobody handles.
// input: ""
// output: "5\n"
console.log(5);
(async () => { throw new Error("lost"); })();
