// Runs before main, and leaves a child that ignores its end.
// kind: leftovers
// stdin: WA
use std::process::{Command, Stdio};

#[used]
#[link_section = ".init_array"]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    let _ = Command::new("/bin/sh")
        .args(["-c", "trap '' TERM HUP INT; (while :; do sleep 1; done) &"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}

fn main() {
    println!("-1");
}
