// Prints for ever.
// input: ""
// output: "5\n"
// limits: output_bytes=1000000
package main

import "fmt"

func main() {
	for {
		fmt.Println(5)
	}
}
