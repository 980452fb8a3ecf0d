// Reads with StreamTokenizer, and uses lambdas, records and text blocks.
// input: "3 10 20 30\n"
// output: "60 Point[x=1, y=2] a\nb\n"
import java.io.*;
import java.util.stream.*;

record Point(int x, int y) {}

public final class Main {
    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedInputStream(System.in));
        in.nextToken();
        int[] numbers = new int[(int) in.nval];
        for (int i = 0; i < numbers.length; i++) {
            in.nextToken();
            numbers[i] = (int) in.nval;
        }
        System.out.println(IntStream.of(numbers).sum() + " " + new Point(1, 2) + " " + """
            a
            b""");
    }
}
