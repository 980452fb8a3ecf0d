// Is nested too deep for the parser.
// kind: compiling
// stdin: CE RTE
// append: "x = " + "[" * 3000000 + "]" * 3000000
let x;
