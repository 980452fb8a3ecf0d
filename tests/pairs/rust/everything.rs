// Leaves what a program in Rust can: files, and a process that stays.
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

const FOLDERS: [&str; 7] = [".", "..", "/tmp", "/var/tmp", "/dev/shm", "/run", "/"];

fn is_left(line: &[u8]) -> bool {
    line.ends_with(b"\0left\0")
}

fn leave() {
    for folder in FOLDERS {
        if std::fs::write(Path::new(folder).join("left"), "left").is_ok() {
            println!("left {folder}");
        }
    }
    let child = Command::new("/proc/self/exe").arg("left").stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    if let Ok(child) = child {
        while !is_left(&std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default()) {
            std::thread::yield_now(); // it has begun, and has not got its arguments yet
        }
        println!("left process");
    }
}

fn look() {
    for folder in FOLDERS {
        if Path::new(folder).join("left").exists() {
            println!("seen {folder}");
        }
    }
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        if let Ok(line) = std::fs::read(entry.path().join("cmdline")) {
            if is_left(&line) {
                println!("seen process");
            }
        }
    }
}

fn main() {
    if std::env::args().len() > 1 {
        loop {
            std::thread::park();
        }
    }
    let mut words = String::new();
    std::io::stdin().read_to_string(&mut words).unwrap();
    for word in words.split_whitespace() {
        if word == "leave" { leave() } else { look() }
    }
}
