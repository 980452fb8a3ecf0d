// Has two classes, the first of them without main, and reads by lines until there is none.
// input: "1\n2\n3"
// output: "6\n"
import java.io.*;
import java.util.*;

class Sum {
    long total;
    void add(long number) { total += number; }
}

class Main {
    public static void main(String... arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        Sum sum = new Sum();
        for (String line; (line = in.readLine()) != null; ) sum.add(Long.parseLong(line.trim()));
        PrintWriter out = new PrintWriter(new BufferedWriter(new OutputStreamWriter(System.out)));
        out.println(sum.total);
        out.flush();
    }
}
