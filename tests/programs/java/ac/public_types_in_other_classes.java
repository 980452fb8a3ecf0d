// Has public types inside a class that is not public, and the public class behind them.
// input: "3"
// output: "{ Kind THREE\n"
import java.util.Scanner;

class Lexer {
    static final char OPEN = '{';
    static final String TEXT = """
        public class Fake { "quoted"
        """;

    public enum Kind { ONE, TWO, THREE }

    public record Token(Kind kind) {}
}

public class Answer {
    public static void main(String[] args) {
        Lexer.Token token = new Lexer.Token(Lexer.Kind.values()[new Scanner(System.in).nextInt() - 1]);
        System.out.println(Lexer.OPEN + " Kind " + token.kind());
    }
}
