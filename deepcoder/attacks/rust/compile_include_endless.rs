// Includes a device without an end.
// kind: compiling
// stdin: CE
static FOUND: &[u8] = include_bytes!("/dev/zero");

fn main() {
    println!("{}", FOUND.len());
}
