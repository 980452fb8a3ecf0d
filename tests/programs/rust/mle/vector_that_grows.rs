// Touches more memory than it may have.
// input: ""
// output: "5\n"
// limits: memory_bytes=67108864
fn main() {
    println!("5");
    let mut parts: Vec<Vec<u8>> = Vec::new();
    loop {
        parts.push(vec![1; 1 << 20]);
        if parts.len() > 1 << 20 {
            println!("{}", parts[0][0]);
        }
    }
}
