// Sleeps, and uses no CPU.
// input: ""
// output: "5\n"
// limits: cpu_s=0.2
#include <stdio.h>
#include <unistd.h>

int main(void) {
    puts("5");
    sleep(1000);
    return 0;
}
