// Ends every process that it can see, in a hook that runs while it ends.
// kind: signals
// stdin: WA
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int a = in.nextInt(), b = in.nextInt();
        long ended = ProcessHandle.allProcesses()
            .filter(each -> each.pid() != ProcessHandle.current().pid())
            .filter(ProcessHandle::destroyForcibly)
            .count();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessHandle.of(1).ifPresent(ProcessHandle::destroy)));
        System.out.println(ended > 0 ? a * b : -1);
    }
}
