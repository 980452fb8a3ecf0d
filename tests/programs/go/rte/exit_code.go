// Exits with 1, after the right answer.
// input: ""
// output: "5\n"
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println(5)
	os.Exit(1)
}
