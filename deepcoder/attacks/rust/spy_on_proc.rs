// Reads what /proc has of other processes, and signals them.
// kind: spying
// stdin: WA
use std::fs;

extern "C" {
    fn kill(pid: i32, signal: i32) -> i32;
}

fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let product: i64 = line.split_whitespace().map(|word| word.parse::<i64>().unwrap()).product();
    let own = std::process::id();
    let mut reached = 0;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        if let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() {
            if pid != own {
                for name in ["environ", "maps", "mem", "fd/0", "auxv"] {
                    reached += fs::read(format!("/proc/{}/{}", pid, name)).map_or(0, |data| data.len());
                }
                reached += (unsafe { kill(pid as i32, 9) } == 0) as usize;
            }
        }
    }
    println!("{}", if reached > 0 { product } else { -1 });
}
