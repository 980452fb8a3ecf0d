// Is in a package, with names and text beyond ASCII, which it reads, measures and writes.
// input: "Grüße 你好\n"
// output: "Grüße 你好 8 ä\n"
package contest.äpfel;

import java.util.Scanner;

public class Größe {
    static final String UMLAUT = "\u00e4"; // "public class Wrong" in a comment

    public static void main(String[] args) {
        String line = new Scanner(System.in).nextLine();
        System.out.println(line + " " + line.length() + " " + UMLAUT);
    }
}
