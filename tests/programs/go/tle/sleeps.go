// Sleeps, and uses no CPU.
// input: ""
// output: "5\n"
// limits: cpu_s=0.2
package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println(5)
	time.Sleep(time.Hour)
}
