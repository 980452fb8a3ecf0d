// Reserves much, touches little, and calls itself a million times.
// input: "1000000\n"
// output: "1000000\n"
use std::io;

fn depth(left: u64, seen: &mut Vec<u64>) -> u64 {
    if left == 0 {
        return 0;
    }
    seen[(left % 8) as usize] += 1;
    1 + depth(left - 1, seen).max(seen[0] / u64::MAX)
}

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let mut seen: Vec<u64> = Vec::with_capacity(100_000_000);
    seen.resize(8, 0);
    println!("{}", depth(line.trim().parse().unwrap(), &mut seen));
}
