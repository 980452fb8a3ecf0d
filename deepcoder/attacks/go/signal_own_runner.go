// Ends and stops every process that it may reach, and writes to memory that is not its own.
// kind: signals
// stdin: WA
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	reached := 0
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && pid != os.Getpid() {
			if syscall.Kill(pid, syscall.SIGKILL) == nil {
				reached++
			}
			if file, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0); err == nil {
				file.Close()
				reached++
			}
		}
	}
	if reached > 0 {
		fmt.Println(a * b)
	} else {
		fmt.Println(-1)
	}
}
