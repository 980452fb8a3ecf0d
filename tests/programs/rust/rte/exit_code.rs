// Exits with 1, after the right answer.
// input: ""
// output: "5\n"
fn main() {
    println!("5");
    std::process::exit(1);
}
