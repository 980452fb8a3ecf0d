// Has a main in several classes; that of Main counts.
// input: ""
// output: "Main\n"
class Another {
    public static void main(String[] args) { System.out.println("Another"); }
}

public class Main {
    static class Inner {
        public static void main(String[] args) { System.out.println("Inner"); }
    }

    public static void main(String[] args) { System.out.println("Main"); }
}

class Zulu {
    public static void main(String[] args) { System.out.println("Zulu"); }
}
