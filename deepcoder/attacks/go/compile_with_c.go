// Has C compiled and run beside it, with options for the compiler and the linker.
// kind: compiling
// stdin: CE
package main

/*
#cgo CFLAGS: -fplugin=/tmp/plugin.so
#cgo LDFLAGS: -Wl,-T,/proc/1/environ
#include <stdlib.h>
*/
import "C"

//go:generate sh -c "touch /tmp/left"

func main() {
	C.exit(0)
}
