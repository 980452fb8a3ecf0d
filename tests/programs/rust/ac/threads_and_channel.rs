// Has four threads that send through a channel, and warnings about what it does not use.
// input: ""
// output: "6\n"
use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;

fn unused() {}

fn main() {
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4)
        .map(|i| {
            let sender = sender.clone();
            thread::spawn(move || sender.send(i).unwrap())
        })
        .collect();
    drop(sender);
    for each in threads {
        each.join().unwrap();
    }
    println!("{}", receiver.iter().sum::<i32>());
}
