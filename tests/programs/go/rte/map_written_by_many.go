// Writes to a map from many goroutines without a lock, which the runtime notices.
// input: ""
// output: "5\n"
package main

import (
	"fmt"
	"runtime"
)

func main() {
	fmt.Println(5)
	runtime.GOMAXPROCS(4)
	items := map[int]int{}
	for i := 0; i < 4; i++ {
		go func() {
			for j := 0; ; j++ {
				items[j%100] = j
			}
		}()
	}
	select {}
}
