// Prints for ever.
// input: ""
// output: "5\n"
// limits: output_bytes=1000000
public class Main {
    public static void main(String[] args) {
        while (true) System.out.println("5".repeat(1000));
    }
}
