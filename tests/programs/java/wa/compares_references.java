// Compares boxed numbers by ==, which holds for small ones only.
// input: "5 5\n"
// output: "true\n"
// input: "500 500\n"
// output: "true\n"
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        Integer a = in.nextInt(), b = in.nextInt();
        System.out.println(a == b);
    }
}
