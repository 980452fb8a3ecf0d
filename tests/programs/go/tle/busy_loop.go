// Uses CPU for ever.
// input: ""
// output: "5\n"
// limits: cpu_s=0.3
package main

import "fmt"

func main() {
	fmt.Println(5)
	for i := 0; ; i++ {
	}
}
