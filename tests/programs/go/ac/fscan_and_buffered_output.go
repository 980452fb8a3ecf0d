// Reads with Fscan from a buffered reader, and flushes its output at the end.
// input: "3\n1 2\n3 4\n5 6\n"
// output: "3\n7\n11\n"
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var n, a, b int
	fmt.Fscan(in, &n)
	for ; n > 0; n-- {
		fmt.Fscan(in, &a, &b)
		fmt.Fprintln(out, a+b)
	}
}
