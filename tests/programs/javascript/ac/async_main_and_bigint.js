// Reads lines in an async main, waits for a timer, and multiplies integers of any size.
// input: "25\nGrüße\n"
// output: "15511210043330985984000000 Grüße 5\n"
const readline = require("readline");

async function main() {
  const lines = [];
  for await (const line of readline.createInterface({ input: process.stdin })) lines.push(line);
  await new Promise((done) => setTimeout(done, 20));
  let product = 1n;
  for (let i = 1n; i <= BigInt(lines[0]); i++) product *= i;
  console.log(`${product} ${lines[1]} ${lines[1].length}`);
}

main();
