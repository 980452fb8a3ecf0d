// Has the compiler put a file into the program that lies beside the source.
// kind: compiling
// stdin: CE WA
package main

import (
	"embed"
	"fmt"
)

//go:embed *
var found embed.FS

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	entries, _ := found.ReadDir(".")
	if len(entries) > 1 {
		fmt.Println(a * b)
	} else {
		fmt.Println(-1)
	}
}
