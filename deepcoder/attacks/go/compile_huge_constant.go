// Shifts a constant to a number of a million digits, again and again.
// kind: compiling
// stdin: CE
package main

import "fmt"

const (
	a = 1 << 500
	b = a * a * a * a * a * a * a * a
	c = b * b * b * b * b * b * b * b
	d = c * c * c * c
)

var table = [1 << 40]byte{1}

func main() {
	fmt.Println(d>>31000, table[0])
}
