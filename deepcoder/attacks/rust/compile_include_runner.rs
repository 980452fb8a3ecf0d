// Includes what /proc has of the runner.
// kind: compiling
// stdin: CE
static FOUND: &[u8] = include_bytes!("/proc/1/environ");

fn main() {
    println!("{}", FOUND.len());
}
