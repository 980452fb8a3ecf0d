// Collects pieces of the input, and answers at the end, as Codeforces' and HackerRank's programs do.
// input: "x" * 300000 + "\n"
// output: "300001\n"
process.stdin.resume();
process.stdin.setEncoding("utf-8");
let text = "";
process.stdin.on("data", (piece) => { text += piece; });
process.stdin.on("end", () => main());

function main() {
  console.log(text.length);
}
