// Exits with 1, after the right answer.
// input: ""
// output: "5\n"
public class Main {
    public static void main(String[] args) {
        System.out.println(5);
        System.exit(1);
    }
}
