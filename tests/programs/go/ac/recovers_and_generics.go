// Recovers from a panic, sorts, and uses a type parameter and big integers.
// input: "30\n"
// output: "265252859812191058636308480000000 caught [1 2 3]\n"
package main

import (
	"fmt"
	"math/big"
	"sort"
)

func attempt[T any](f func() T) (message string) {
	defer func() {
		if recover() != nil {
			message = "caught"
		}
	}()
	f()
	return "fine"
}

func main() {
	var n int64
	fmt.Scan(&n)
	items := []int{3, 1, 2}
	sort.Ints(items)
	fmt.Println(new(big.Int).MulRange(1, n), attempt(func() int { return items[int(n)] }), items)
}
