// Overflows, which only builds for debugging panic at.
// input: "2147483647\n"
// output: "-2147483648\n"
use std::io;

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let number: i32 = line.trim().parse().unwrap();
    println!("{}", number + 1);
}
