// Has threads that never end, and leaves by System.exit.
// input: ""
// output: "5\n"
import java.util.concurrent.*;

public class Main {
    public static void main(String[] args) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        System.out.println(pool.submit(() -> 5).get());
        System.exit(0);
    }
}
