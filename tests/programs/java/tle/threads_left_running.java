// Ends main while a thread that is no daemon goes on.
// input: ""
// output: "5\n"
// limits: cpu_s=1.0
public class Main {
    public static void main(String[] args) {
        System.out.println(5);
        new Thread(() -> { while (true) Thread.onSpinWait(); }).start();
    }
}
