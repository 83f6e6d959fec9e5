//! The hashes that stores name their files by.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1, 20 bytes.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Algorithm {
    /// The function that is named so in npm's and OCI's paths.
    pub fn named(name: &[u8]) -> Option<Algorithm> {
        match name {
            b"sha1" => Some(Algorithm::Sha1),
            b"sha256" => Some(Algorithm::Sha256),
            b"sha384" => Some(Algorithm::Sha384),
            b"sha512" => Some(Algorithm::Sha512),
            _ => None,
        }
    }

    /// How many bytes a hash has.
    pub fn len(self) -> usize {
        match self {
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha384 => 48,
            Algorithm::Sha512 => 64,
        }
    }

    /// How many hexadecimal digits a hash has.
    pub fn digits(self) -> usize {
        2 * self.len()
    }

    /// Its name in prose.
    pub fn title(self) -> &'static str {
        match self {
            Algorithm::Sha1 => "SHA-1",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha384 => "SHA-384",
            Algorithm::Sha512 => "SHA-512",
        }
    }
}

/// A hash in the making.
#[derive(Clone, Debug)]
pub enum Hasher {
    /// Of SHA-1.
    Sha1(Sha1),
    /// Of SHA-256.
    Sha256(Sha256),
    /// Of SHA-384.
    Sha384(Sha384),
    /// Of SHA-512.
    Sha512(Sha512),
}

impl Hasher {
    /// Of no bytes yet.
    pub fn new(algorithm: Algorithm) -> Hasher {
        match algorithm {
            Algorithm::Sha1 => Hasher::Sha1(Sha1::new()),
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Sha384 => Hasher::Sha384(Sha384::new()),
            Algorithm::Sha512 => Hasher::Sha512(Sha512::new()),
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha1(hasher) => hasher.update(bytes),
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Sha384(hasher) => hasher.update(bytes),
            Hasher::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The hash in lower-case hexadecimal digits.
    pub fn hex(self) -> String {
        match self {
            Hasher::Sha1(hasher) => hex(&hasher.finalize()),
            Hasher::Sha256(hasher) => hex(&hasher.finalize()),
            Hasher::Sha384(hasher) => hex(&hasher.finalize()),
            Hasher::Sha512(hasher) => hex(&hasher.finalize()),
        }
    }
}

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('?');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// The hash of some bytes, in hexadecimal digits.
pub fn hex_of(algorithm: Algorithm, bytes: &[u8]) -> String {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of "abc" in FIPS 180-2.
    #[test]
    fn hashes_are_those_of_the_standard() {
        let table = [
            (Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ];
        for (algorithm, expected) in table {
            assert_eq!(hex_of(algorithm, b"abc"), expected);
            assert_eq!(expected.len(), algorithm.digits());
        }
        for algorithm in [Algorithm::Sha384, Algorithm::Sha512] {
            assert_eq!(hex_of(algorithm, b"").len(), algorithm.digits());
        }
    }
}
