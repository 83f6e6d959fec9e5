//! Bytes as an operation and as the text of one: what is written reads back, what can be read is
//! written the same, and what cannot is told in one line.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use stress::Op;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(op) = Unstructured::new(bytes).arbitrary::<Op>() {
        assert_eq!(op.to_string().parse(), Ok(op));
    }
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Op>() {
        Ok(op) => assert_eq!(op.to_string(), text),
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
    }
});
