// Has no main method.
// input: ""
// output: "5\n"
public class Main {
    static int answer() { return 5; }
}
