// Calls itself a million times, and collects garbage meanwhile.
// input: "1000000\n"
// output: "1000000\n"
package main

import "fmt"

type node struct{ next *node }

func depth(n int, parent *node) int {
	if n == 0 {
		return 0
	}
	return 1 + depth(n-1, &node{parent})
}

func main() {
	var n int
	fmt.Scan(&n)
	fmt.Println(depth(n, nil))
}
