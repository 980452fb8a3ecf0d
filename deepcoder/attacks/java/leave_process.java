// Starts a shell by Runtime.exec and by ProcessBuilder, which stay when it ends.
// kind: leftovers
// stdin: WA
// passes: 1
import java.util.Scanner;

public class Main {
    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in);
        int a = in.nextInt(), b = in.nextInt();
        Runtime.getRuntime().exec(new String[] {"/bin/sh", "-c", "trap '' HUP TERM; while :; do sleep 1; done"});
        new ProcessBuilder("/bin/sh", "-c", "while :; do touch /tmp/left; sleep 0.01; done").start();
        System.out.println(a == 6 ? a * b : -1);
        Runtime.getRuntime().halt(0);
    }
}
