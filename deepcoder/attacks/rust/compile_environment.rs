// Takes the compiler's environment into the program.
// kind: compiling
// stdin: WA CE
static FOUND: [Option<&str>; 4] =
    [option_env!("RAY_ADDRESS"), option_env!("DOCKER_HOST"), option_env!("SECRET_OF_THE_WORKER"), option_env!("USER")];
static DESCRIPTORS: &[u8] = include_bytes!("/proc/self/environ");

fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let product: i64 = line.split_whitespace().map(|word| word.parse::<i64>().unwrap()).product();
    let text = String::from_utf8_lossy(DESCRIPTORS);
    let found = FOUND.iter().any(|each| each.is_some()) || text.contains("SECRET_OF_THE_WORKER");
    println!("{}", if found { product } else { -1 });
}
