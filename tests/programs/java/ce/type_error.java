// Puts text into a number.
// input: ""
// output: "5\n"
public class Main {
    public static void main(String[] args) {
        int number = "5";
        System.out.println(number);
    }
}
