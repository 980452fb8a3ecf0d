// Writes to memory that is not its own, by Unsafe, which it gets by reflection.
// kind: forging
// stdin: RTE
import java.lang.reflect.Field;

public class Main {
    public static void main(String[] args) throws Exception {
        Field field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        ((sun.misc.Unsafe) field.get(null)).putAddress(0, 42);
        System.out.println(42);
    }
}
