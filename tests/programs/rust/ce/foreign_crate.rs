// Needs a crate.
// input: ""
// output: "5\n"
use rand::Rng;

fn main() {
    println!("{}", rand::thread_rng().gen_range(5..6));
}
