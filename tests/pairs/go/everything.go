// Leaves what a program in Go can: files, a process that stays, and a socket without a path that this process holds.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

var folders = []string{".", "..", os.TempDir(), "/tmp", "/var/tmp", "/dev/shm", "/run", "/home", "/"}

func leave() {
	for _, folder := range folders {
		if os.WriteFile(filepath.Join(folder, "left"), []byte("left"), 0o666) == nil {
			fmt.Println("left", folder)
		}
	}
	child := exec.Command("/proc/self/exe", "left")
	if child.Start() == nil {
		fmt.Println("left process")
		for i := 0; i < 100; i++ {
			if socket, err := net.Dial("unix", "@left"); err == nil {
				socket.Close()
				fmt.Println("left socket")
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func look() {
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, "left")); err == nil {
			fmt.Println("seen", folder)
		}
	}
	if socket, err := net.Dial("unix", "@left"); err == nil {
		socket.Close()
		fmt.Println("seen socket")
	}
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		line, err := os.ReadFile(path)
		if err == nil && strings.HasSuffix(string(line), "\x00left\x00") {
			fmt.Println("seen process")
		}
	}
}

func main() {
	if len(os.Args) > 1 {
		if socket, err := net.Listen("unix", "@left"); err == nil {
			for {
				socket.Accept()
			}
		}
		select {}
	}
	var word string
	for {
		if _, err := fmt.Scan(&word); err != nil {
			return
		}
		if word == "leave" {
			leave()
		} else {
			look()
		}
	}
}
