// Uses CPU for ever.
// input: ""
// output: "5\n"
// limits: cpu_s=0.3
fn main() {
    println!("5");
    let mut state = std::env::args().count() as u64;
    loop {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state == 0 {
            println!("0");
        }
    }
}
