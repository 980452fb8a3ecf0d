// Waits for what nobody sends.
// input: ""
// output: "5\n"
package main

import "fmt"

func main() {
	fmt.Println(5)
	<-make(chan int)
}
