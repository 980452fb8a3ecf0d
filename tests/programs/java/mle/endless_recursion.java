// Calls itself for ever, which meets the memory limit before the end of the stack.
// input: ""
// output: "5\n"
public class Main {
    static int depth(int n) { return depth(n + 1) + 1; }

    public static void main(String[] args) {
        System.out.println(5);
        System.out.println(depth(0));
    }
}
