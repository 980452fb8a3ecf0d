// Calls itself 100,000 times from main.
// input: "100000\n"
// output: "100000\n"
import java.util.Scanner;

public class Main {
    static int depth(int left) { return left == 0 ? 0 : 1 + depth(left - 1); }

    public static void main(String[] args) {
        System.out.println(depth(new Scanner(System.in).nextInt()));
    }
}
