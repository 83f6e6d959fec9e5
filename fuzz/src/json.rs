//! Mutations of a JSON document that leave it one: a value here and there is another, so that most
//! inputs get as far as what is done with a document that could be read.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Number, Value, json};

use crate::choice::Choice;

/// One of so many mutations is one of the bytes.
const OF_BYTES: u32 = 8;

/// Bytes that a text grows by at most.
const GROWTH: usize = 64;

/// Mutates a JSON document, for `fuzz_mutator!`.
pub fn mutate_json(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mutated = if seed.is_multiple_of(OF_BYTES) { None } else { mutated(&data[..size], seed) };
    let Some(bytes) = mutated.filter(|bytes| bytes.len() <= max_size) else {
        return fuzzer_mutate(data, size, max_size);
    };
    data[..bytes.len()].copy_from_slice(&bytes);
    bytes.len()
}

/// A document with other values; none of what is no document.
pub(crate) fn mutated(document: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut document = serde_json::from_slice(document).ok()?;
    mutate(&mut document, &mut Choice::new(seed));
    serde_json::to_vec(&document).ok()
}

fn mutate(document: &mut Value, choice: &mut Choice) {
    let values = count(document);
    for _ in 0..=choice.among(3) {
        let other = nth(document, &mut choice.among(values)).cloned();
        let Some(value) = nth(document, &mut choice.among(values)) else { continue };
        match value {
            // One from elsewhere, of the same kind: words of one field are those of others.
            _ if choice.among(4) == 0 => replace(value, other),
            Value::Null => {}
            Value::Bool(is) => *is = !*is,
            Value::Number(number) => *number = unusual(choice),
            Value::String(text) => mutate_text(text),
            Value::Array(items) => change_length(items, choice),
            Value::Object(fields) => {
                let name = fields.keys().nth(choice.among(fields.len())).cloned();
                name.map(|name| fields.remove(&name));
            }
        }
    }
}

fn replace(value: &mut Value, other: Option<Value>) {
    let other = other.unwrap_or_default();
    if std::mem::discriminant(value) == std::mem::discriminant(&other) {
        *value = other;
    }
}

fn mutate_text(text: &mut String) {
    let mut bytes = std::mem::take(text).into_bytes();
    let (size, room) = (bytes.len(), bytes.len() + GROWTH);
    bytes.resize(room, 0);
    let size = fuzzer_mutate(&mut bytes, size, room);
    *text = String::from_utf8_lossy(&bytes[..size]).into_owned();
}

/// Takes an item away, or puts a copy of one at the end.
fn change_length(items: &mut Vec<Value>, choice: &mut Choice) {
    if items.is_empty() {
        return;
    }
    let at = choice.among(items.len());
    if choice.among(2) == 0 {
        items.remove(at);
    } else {
        items.push(items[at].clone());
    }
}

/// All values of a document, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// The value that so many others stand in front of.
fn nth<'a>(value: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, number)),
        Value::Object(fields) => fields.values_mut().find_map(|field| nth(field, number)),
        _ => None,
    }
}

/// A number that somebody may not have thought of.
fn unusual(choice: &mut Choice) -> Number {
    let numbers = [
        json!(0),
        json!(1),
        json!(-1),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(0.1),
        json!(1e300),
        json!(f64::MIN_POSITIVE),
        json!(choice.next()),
        json!(f64::from_bits(choice.next())),
    ];
    choice.one(&numbers).and_then(Value::as_number).cloned().unwrap_or_else(|| 0.into())
}
