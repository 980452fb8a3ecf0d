// Assigns to a new variable where it means the outer one.
// input: "5\n"
// output: "6\n"
package main

import "fmt"

func main() {
	var n int
	fmt.Scan(&n)
	if n > 0 {
		n := n + 1
		_ = n
	}
	fmt.Println(n)
}
