// Touches more memory than it may have.
// input: ""
// output: "5\n"
// limits: memory_bytes=67108864
package main

import "fmt"

func main() {
	fmt.Println(5)
	var parts [][]byte
	for {
		part := make([]byte, 1<<20)
		for i := range part {
			part[i] = 1
		}
		parts = append(parts, part)
	}
}
