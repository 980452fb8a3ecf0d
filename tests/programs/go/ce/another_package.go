// Is no program but a package.
// input: ""
// output: "5\n"
package answers

func Answer() int { return 5 }
