// Uses a value that it has given away.
// input: ""
// output: "5\n"
fn main() {
    let word = String::from("5");
    let other = word;
    println!("{} {}", word, other);
}
