// Needs the library of mathematics, and has two threads.
// input: "16\n"
// output: "4.000 4.000\n"
#include <math.h>
#include <pthread.h>
#include <stdio.h>

static double number;

static void* root(void* result) {
    *(double*)result = sqrt(number);
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    double results[2];
    scanf("%lf", &number);
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, root, &results[i]);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    printf("%.3f %.3f\n", results[0], results[1]);
    return 0;
}
