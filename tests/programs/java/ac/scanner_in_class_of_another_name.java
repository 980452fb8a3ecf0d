// Has a public class that is not called Main, and reads with Scanner.
// input: "6 7\n"
// output: "42\n"
import java.util.Scanner;

public class ProductOfTwo {
    public static void main(String[] args) {
        Scanner scanner = new Scanner(System.in);
        System.out.println(scanner.nextInt() * scanner.nextInt());
    }
}
