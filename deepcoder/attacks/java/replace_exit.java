// Sets a manager of its own that forbids the end, and answers in another class loader.
// kind: forging
// stdin: WA RTE
import java.security.Permission;

public class Main {
    @SuppressWarnings("removal")
    public static void main(String[] args) {
        System.setSecurityManager(new SecurityManager() {
            @Override
            public void checkExit(int status) { throw new SecurityException(); }

            @Override
            public void checkPermission(Permission permission) {}
        });
        System.out.println(-1);
        System.exit(1);
    }
}
