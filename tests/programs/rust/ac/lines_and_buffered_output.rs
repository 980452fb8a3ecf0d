// Reads by lines, and writes through a buffer behind a lock.
// input: "1\n2\n" * 20000
// output: "2\n3\n" * 20000
use std::io::{self, BufRead, BufWriter, Write};

fn main() {
    let stdin = io::stdin();
    let stdout = io::stdout();
    let mut out = BufWriter::new(stdout.lock());
    for line in stdin.lock().lines() {
        let number: i32 = line.unwrap().trim().parse().unwrap();
        writeln!(out, "{}", number + 1).unwrap();
    }
}
