// Has the compiler put a file of the machine into the program.
// kind: compiling
// stdin: CE
package main

import (
	_ "embed"
	"fmt"
)

//go:embed /etc/passwd
var found string

func main() {
	fmt.Println(len(found))
}
