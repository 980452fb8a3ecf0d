// Prints for ever.
// input: ""
// output: "5\n"
// limits: output_bytes=1000000
fn main() {
    loop {
        println!("5");
    }
}
