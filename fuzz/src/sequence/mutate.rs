//! Mutations of a sequence that leave it one.

use arbitrary::Unstructured;
use libfuzzer_sys::fuzzer_mutate;
use stress::Op;
use stress::generator::{Generator, Mix, Profile};

use super::sequence;
use crate::choice::Choice;

/// One of so many mutations is one of the bytes.
const OF_BYTES: u32 = 8;

/// Edits of one mutation at most.
const EDITS: usize = 4;

/// Numbers of 8 bytes that an operation is made from, more than most take.
const NUMBERS: usize = 16;

/// Mutates lines of operations, for `fuzz_mutator!`.
pub fn mutate_sequence(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let text =
        if seed.is_multiple_of(OF_BYTES) { None } else { Some(mutated(&data[..size], seed)) };
    let Some(text) = text.filter(|text| text.len() <= max_size) else {
        return fuzzer_mutate(data, size, max_size);
    };
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}

fn mutated(lines: &[u8], seed: u32) -> String {
    let mut ops = sequence(lines);
    let mut choice = Choice::new(seed);
    for _ in 0..=choice.among(EDITS) {
        edit(&mut ops, &mut choice);
    }
    let lines: Vec<String> = ops.iter().map(Op::to_string).collect();
    lines.join("\n")
}

fn edit(ops: &mut Vec<Op>, choice: &mut Choice) {
    let Some(made) = made(choice) else { return };
    let (at, other) = (choice.among(ops.len()), choice.among(ops.len()));
    match choice.among(8) {
        0 | 1 => ops.push(made),
        2 => ops.insert(at, made),
        _ if ops.is_empty() => {}
        3 => drop(ops.remove(at)),
        4 => ops.insert(at, ops[other].clone()),
        5 => ops.swap(at, other),
        6 => ops[at] = reworded(&ops[at], &made, choice),
        _ => ops[at] = reworded(&ops[at], &ops[other], choice),
    }
}

/// An operation such as a run has, or any other.
fn made(choice: &mut Choice) -> Option<Op> {
    if choice.among(2) == 0 {
        let bytes: Vec<u8> = (0..NUMBERS).flat_map(|_| choice.next().to_le_bytes()).collect();
        return Unstructured::new(&bytes).arbitrary().ok();
    }
    let profile = *choice.one(&Profile::ALL)?;
    Generator::new(&Mix { profile, only: Vec::new() }, choice.next(), 0).next()
}

/// The operation with an operand of another one, at the place of one that is called alike.
fn reworded(op: &Op, other: &Op, choice: &mut Choice) -> Op {
    let name = |word: &str| word.split_once('=').map(|(name, _)| name.to_owned());
    let (line, other) = (op.to_string(), other.to_string());
    let mut words: Vec<&str> = line.split(' ').collect();
    // Behind the verb.
    let place = 1 + choice.among(words.len() - 1);
    let alike = other.split(' ').skip(1).filter(|word| name(word) == name(words[place]));
    let alike: Vec<&str> = alike.collect();
    if let Some(word) = choice.one(&alike) {
        words[place] = word;
    }
    words.join(" ").parse().unwrap_or_else(|_| op.clone())
}
