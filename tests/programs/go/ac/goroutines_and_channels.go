// Has a thousand goroutines that share a channel, a map behind a lock, and a group to wait for.
// input: "1000\n"
// output: "499500 1000\n"
package main

import (
	"fmt"
	"sync"
)

func main() {
	var n int
	fmt.Scan(&n)
	numbers := make(chan int, 10)
	seen := map[int]bool{}
	var mutex sync.Mutex
	var group sync.WaitGroup
	for i := 0; i < n; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			mutex.Lock()
			seen[i] = true
			mutex.Unlock()
			numbers <- i
		}(i)
	}
	go func() {
		group.Wait()
		close(numbers)
	}()
	sum := 0
	for each := range numbers {
		sum += each
	}
	fmt.Println(sum, len(seen))
}
