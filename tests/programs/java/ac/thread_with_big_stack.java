// Calls itself a million times in a thread that was given a stack for it.
// input: "1000000\n"
// output: "1000000\n"
// limits: memory_bytes=536870912
import java.util.Scanner;

public class Main implements Runnable {
    static int depth(int left) { return left == 0 ? 0 : 1 + depth(left - 1); }

    public void run() { System.out.println(depth(new Scanner(System.in).nextInt())); }

    public static void main(String[] args) throws InterruptedException {
        Thread thread = new Thread(null, new Main(), "main", 1 << 29);
        thread.start();
        thread.join();
    }
}
