// Starts goroutines for ever, each of which waits.
// kind: bombs
// stdin: MLE TLE
// limits: cpu_s=3.0, memory_bytes=67108864
package main

func main() {
	for {
		go func() { select {} }()
	}
}
