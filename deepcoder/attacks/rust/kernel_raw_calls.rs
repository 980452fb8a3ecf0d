// Makes namespaces by a raw system call in assembler, below every library.
// kind: kernel
// stdin: RTE WA
use std::arch::asm;

fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let product: i64 = line.split_whitespace().map(|word| word.parse::<i64>().unwrap()).product();
    let mut result: i64 = -1;
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!("syscall", inlateout("rax") 272i64 => result, in("rdi") 0x1000_0000i64, out("rcx") _, out("r11") _);
    }
    println!("{}", if result == 0 { product } else { -1 });
}
