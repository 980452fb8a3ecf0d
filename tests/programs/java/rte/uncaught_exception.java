// Looks outside an array.
// input: "5\n"
// output: "5\n"
public class Main {
    public static void main(String[] args) {
        System.out.println(5);
        System.out.println(new int[5][5][5].length / new int[] {0}[1]);
    }
}
