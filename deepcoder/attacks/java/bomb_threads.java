// Starts threads until it may not, and goes on.
// kind: bombs
// stdin: TLE RTE MLE
// limits: cpu_s=2.0, wall_s=3.0
public class Main {
    public static void main(String[] args) {
        while (true) {
            try {
                Thread thread = new Thread(() -> { while (true) Thread.onSpinWait(); });
                thread.start();
            } catch (Throwable error) {
            }
        }
    }
}
