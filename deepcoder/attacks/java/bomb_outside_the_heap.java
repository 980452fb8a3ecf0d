// Takes memory that is outside the heap, and threads without end.
// kind: bombs
// stdin: MLE RTE
import java.nio.ByteBuffer;
import java.util.*;

public class Main {
    public static void main(String[] args) throws Exception {
        var unsafe = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        unsafe.setAccessible(true);
        var memory = (sun.misc.Unsafe) unsafe.get(null);
        while (true) memory.setMemory(memory.allocateMemory(1 << 24), 1 << 24, (byte) 1);
    }
}
