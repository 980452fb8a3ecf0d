// Leaves what a program on the JVM can: files, its preferences, the JVM's own performance data, and a process that stays.
import java.nio.file.*;
import java.util.*;
import java.util.prefs.Preferences;

public class Main {
    static final String[] FOLDERS = {
        ".", "..", System.getProperty("java.io.tmpdir"), System.getProperty("user.home"), "/tmp", "/var/tmp", "/dev/shm", "/run", "/"
    };

    static String line(long pid) {
        try {
            return new String(Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")));
        } catch (Exception refused) {
            return "";
        }
    }

    static void leave() {
        for (String folder : FOLDERS) {
            try {
                Files.writeString(Path.of(folder, "left"), "left");
                System.out.println("left " + folder);
            } catch (Exception refused) {
            }
        }
        try {
            Preferences.userRoot().put("left", "left");
            Preferences.userRoot().flush();
            System.out.println("left preferences");
        } catch (Exception refused) {
        }
        try {
            long pid = new ProcessBuilder("/bin/sleep", "987654").start().pid();
            while (!line(pid).contains("987654")) Thread.onSpinWait(); // it has begun, and has not got its arguments yet
            System.out.println("left process");
        } catch (Exception refused) {
        }
    }

    static void look() throws Exception {
        for (String folder : FOLDERS) {
            if (Files.exists(Path.of(folder, "left"))) System.out.println("seen " + folder);
        }
        try {
            if (Preferences.userRoot().get("left", null) != null) System.out.println("seen preferences");
        } catch (Exception refused) {
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of("/tmp"), "hsperfdata_*")) {
            for (Path each : found) {
                for (String pid : each.toFile().list() == null ? new String[0] : each.toFile().list()) {
                    if (!pid.equals("" + ProcessHandle.current().pid())) System.out.println("seen performance data");
                }
            }
        } catch (Exception refused) {
        }
        long mine = ProcessHandle.current().pid();
        ProcessHandle.allProcesses().filter(each -> each.pid() != mine).forEach(each -> {
            if (line(each.pid()).contains("987654")) System.out.println("seen process");
        });
    }

    public static void main(String[] arguments) throws Exception {
        Scanner words = new Scanner(System.in);
        while (words.hasNext()) {
            if (words.next().equals("leave")) leave();
            else look();
        }
    }
}
