// Panics, after the right answer.
// input: "5\n"
// output: "5\n"
use std::io;

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let number: usize = line.trim().parse().unwrap();
    println!("{}", number);
    let items = vec![1; number];
    println!("{}", items[number]);
}
