// Panics, after the right answer.
// input: "5\n"
// output: "5\n"
package main

import "fmt"

func main() {
	var n int
	fmt.Scan(&n)
	fmt.Println(n)
	items := make([]int, n)
	fmt.Println(items[n])
}
