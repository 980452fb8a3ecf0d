// Reads a number where there is none.
// input: "five\n"
// output: "5\n"
use std::io;

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    println!("{}", line.trim().parse::<i32>().unwrap());
}
