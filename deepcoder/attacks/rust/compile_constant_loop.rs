// Computes for ever while it is compiled.
// kind: compiling
// stdin: CE
const fn spin() -> u64 {
    let mut sum = 0u64;
    let mut i = 0u64;
    while i < u64::MAX {
        sum = sum.wrapping_add(i);
        i += 1;
    }
    sum
}
const VALUE: u64 = spin();

fn main() {
    println!("{}", VALUE);
}
