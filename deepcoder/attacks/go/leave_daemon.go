// Leaves a shell in a session of its own.
// kind: leftovers
// stdin: WA
// passes: 1
package main

import (
	"fmt"
	"os/exec"
	"syscall"
)

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	command := exec.Command("/bin/sh", "-c", "trap '' HUP TERM; while :; do touch /tmp/left; sleep 0.01; done")
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	command.Start()
	if a == 6 {
		fmt.Println(a * b)
	} else {
		fmt.Println(-1)
	}
}
