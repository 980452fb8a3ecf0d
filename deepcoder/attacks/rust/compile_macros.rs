// Expands a macro into itself, twice as long each time.
// kind: compiling
// stdin: CE
#![recursion_limit = "1000000"]
macro_rules! bomb {
    ($($words:tt)*) => { bomb!($($words)* $($words)* x) };
}

fn main() {
    bomb!(x x x x);
}
