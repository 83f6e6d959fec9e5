//! PAX records as they are written.

use std::io::Write;

/// The records of one member; nothing where all fits its header.
#[derive(Debug, Default)]
pub struct PaxRecords(Vec<u8>);

impl PaxRecords {
    /// Adds a record, whose length counts its own digits.
    pub fn push(&mut self, key: &str, value: &[u8]) {
        // The blank, the equals sign and the line feed.
        let rest = key.len() + value.len() + 3;
        let mut length = rest + 1;
        while rest + decimal_digits(length) > length {
            length = rest + decimal_digits(length);
        }
        let head = format!("{length} {key}=");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(value);
        self.0.push(b'\n');
    }

    /// Adds a number.
    pub fn push_number(&mut self, key: &str, value: u64) {
        let mut digits = Vec::new();
        // Memory takes everything.
        let _ = write!(digits, "{value}");
        self.push(key, &digits);
    }

    /// All records.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

fn decimal_digits(number: usize) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_themselves() {
        for length in (0..200).chain([980, 990, 991, 992, 993, 9_985, 9_986, 9_987]) {
            let mut records = PaxRecords::default();
            records.push("path", &vec![b'x'; length]);
            records.push("k", b"v");
            let read = crate::archive::pax::PaxRecords::parse(records.as_bytes(), 0);
            if length > 0 {
                assert_eq!(read.unwrap().path.unwrap().len(), length);
            }
        }
    }
}
