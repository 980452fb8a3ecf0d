// Fills memory that workers share, and pages of compiled code.
// kind: bombs
// stdin: MLE RTE
const parts = [];
for (;;) {
  const part = new SharedArrayBuffer(1 << 24);
  new Uint8Array(part).fill(1);
  parts.push(part);
  new Function(`return ${"1+".repeat(1000)}${parts.length}`)();
}
