// Has the compiler infer types that grow with each call.
// kind: compiling
// stdin: CE WA TLE
import java.util.*;
import java.util.function.*;

public class Main {
    static <T> Map<T, List<T>> pair(T value) { return null; }

    static void run() {
        var a = pair(pair(pair(pair(pair(pair(pair(pair(1))))))));
        var b = pair(pair(pair(pair(pair(pair(pair(pair(a))))))));
        var c = pair(pair(pair(pair(pair(pair(pair(pair(b))))))));
        c.put(b, null);
    }

    public static void main(String[] args) {
        System.out.println(-1);
    }
}
