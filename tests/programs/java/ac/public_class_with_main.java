// Has its main in the public class; another has one, and a third only names what looks like one. It knows the judge.
// input: ""
// output: "right true\n"
class Another {
    public static void main(String[] args) { System.out.println("wrong"); }
}

class Job implements Runnable {
    static void show(String[] args) { System.out.println(args.length); }

    public void run() { Thread.currentThread().setName("main"); }
}

public class Solution {
    public static void main(String[] args) {
        System.out.println("right " + System.getProperty("ONLINE_JUDGE"));
    }
}
