// Writes an archive with an agent, and loads it into this and other virtual machines.
// kind: forging
// stdin: WA RTE CE
import com.sun.tools.attach.VirtualMachine;
import java.io.*;
import java.util.*;
import java.util.jar.*;

public class Main {
    public static void agentmain(String arguments) {}

    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in);
        int a = in.nextInt(), b = in.nextInt(), reached = 0;
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Agent-Class", "Main");
        new JarOutputStream(new FileOutputStream("agent.jar"), manifest).close();
        for (var each : VirtualMachine.list()) {
            try {
                VirtualMachine.attach(each).loadAgent(new File("agent.jar").getAbsolutePath());
                reached++;
            } catch (Exception error) {
            }
        }
        System.out.println(reached > 0 ? a * b : -1);
    }
}
