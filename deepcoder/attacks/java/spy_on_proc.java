// Reads what /proc has of other processes, and the descriptors that it inherited.
// kind: spying
// stdin: WA
import java.io.File;
import java.nio.file.*;
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int a = in.nextInt(), b = in.nextInt(), reached = 0;
        for (String pid : new File("/proc").list((folder, name) -> name.matches("\\d+"))) {
            if (Long.parseLong(pid) == ProcessHandle.current().pid()) continue;
            for (String name : new String[] {"environ", "maps", "auxv", "fd/0", "root/tmp"}) {
                try {
                    reached += Files.readAllBytes(Path.of("/proc", pid, name)).length;
                } catch (Exception error) {
                }
            }
        }
        System.out.println(reached > 0 ? a * b : -1);
    }
}
