// Imports what it does not use.
// input: ""
// output: "5\n"
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println(5)
}
