// Fills its heap, which the runtime notices.
// input: ""
// output: "5\n"
import java.util.*;

public class Main {
    public static void main(String[] args) {
        System.out.println(5);
        List<int[]> parts = new ArrayList<>();
        while (true) parts.add(new int[1 << 18]);
    }
}
