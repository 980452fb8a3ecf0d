// Is an annotation processor for its own compilation.
// kind: compiling
// stdin: WA CE
import java.util.Set;
import javax.annotation.processing.*;
import javax.lang.model.element.TypeElement;

@SupportedAnnotationTypes("*")
public class Main extends AbstractProcessor {
    static int runs = 0;

    @Override
    public boolean process(Set<? extends TypeElement> types, RoundEnvironment round) {
        try {
            new java.io.FileWriter("/tmp/left").close();
        } catch (java.io.IOException error) {
        }
        return true;
    }

    public static void main(String[] args) {
        System.out.println(new java.io.File("/tmp/left").exists() ? 42 : -1);
    }
}
