// Ignores and blocks every signal, then uses CPU for ever.
// kind: signals
// stdin: TLE
// limits: cpu_s=0.3
#include <signal.h>
#include <stddef.h>

int main(void) {
    sigset_t all;
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (volatile unsigned i = 0;; i++) {}
}
