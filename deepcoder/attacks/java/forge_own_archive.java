// Writes over its own archive, so that the next run is of another program.
// kind: forging
// stdin: WA
// passes: 1
import java.nio.file.*;
import java.util.Scanner;

public class Main {
    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in);
        int a = in.nextInt(), b = in.nextInt();
        Path own = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        boolean isChanged = Files.exists(Path.of("/tmp/left")) || Files.size(own) < 100;
        System.out.println(a == 6 || isChanged ? a * b : -1);
        Files.write(own, new byte[10]);
        try {
            Files.writeString(Path.of("/tmp/left"), "x");
        } catch (Exception error) {
        }
        System.exit(0);
    }
}
