// Divides integers where a fraction is asked for.
// input: "5\n"
// output: "2.5\n"
use std::io;

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    println!("{}", line.trim().parse::<i32>().unwrap() / 2);
}
