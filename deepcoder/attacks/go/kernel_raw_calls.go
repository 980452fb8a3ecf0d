// Makes namespaces and traces by raw system calls, below every library.
// kind: kernel
// stdin: RTE
package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	_, _, none := syscall.RawSyscall(syscall.SYS_UNSHARE, syscall.CLONE_NEWUSER, 0, 0)
	traced := syscall.PtraceAttach(os.Getppid())
	if none == 0 || traced == nil {
		fmt.Println(a * b)
	} else {
		fmt.Println(-1)
	}
}
