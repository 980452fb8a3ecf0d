// Reads one line of 300 kB, for which a scanner needs a larger buffer.
// input: "7 " * 150000 + "\n"
// output: "1050000\n"
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(make([]byte, 1<<16), 1<<20)
	sum := 0
	for scanner.Scan() {
		for _, word := range strings.Fields(scanner.Text()) {
			number, _ := strconv.Atoi(word)
			sum += number
		}
	}
	fmt.Println(sum)
}
