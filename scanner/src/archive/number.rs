//! Numbers in the fields of a tar header.
//!
//! Octal digits between blanks, or base 256 where the first bit is set (GNU tar's
//! src/list.c, `from_header`). The tar crate drops the sign and the upper bytes of base 256.

/// Why a field holds no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadNumber {
    /// Bytes that are none.
    Malformed,
    /// Below zero where nothing can be.
    Negative,
    /// Beyond 63 bits.
    TooLarge,
}

impl BadNumber {
    /// The words of a message.
    pub fn as_str(self) -> &'static str {
        match self {
            BadNumber::Malformed => "no number",
            BadNumber::Negative => "negative",
            BadNumber::TooLarge => "too large",
        }
    }
}

/// A number of any sign. A blank field is zero, as most writers of blank fields mean it.
pub fn signed(field: &[u8]) -> Result<i64, BadNumber> {
    match field.first() {
        Some(first) if first & 0x80 != 0 => base_256(field),
        _ => octal(field),
    }
}

/// A number that is not negative.
pub fn unsigned(field: &[u8]) -> Result<u64, BadNumber> {
    u64::try_from(signed(field)?).map_err(|_| BadNumber::Negative)
}

/// What decimal digits say, and nothing else: no sign, no blank. At most 63 bits.
pub fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = std::str::from_utf8(digits).ok()?.parse::<i64>().ok()?;
    u64::try_from(value).ok()
}

/// Two's complement behind one bit that marks it.
fn base_256(field: &[u8]) -> Result<i64, BadNumber> {
    let mut value: i128 = 0;
    for (place, byte) in field.iter().enumerate() {
        let byte = if place > 0 {
            i128::from(*byte)
        } else if byte & 0x40 != 0 {
            i128::from(byte.cast_signed())
        } else {
            i128::from(byte & 0x3f)
        };
        value = value.checked_mul(256).ok_or(BadNumber::TooLarge)? + byte;
    }
    i64::try_from(value)
        .map_err(|_| if value < 0 { BadNumber::Negative } else { BadNumber::TooLarge })
}

fn octal(field: &[u8]) -> Result<i64, BadNumber> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | 0);
    let digits = field.trim_ascii_start();
    let end = digits.iter().position(is_blank).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(end).unwrap_or((digits, &[]));
    // Digits behind a NUL are skipped by one tool and read by another.
    if !rest.iter().all(is_blank) {
        return Err(BadNumber::Malformed);
    }
    digits.iter().try_fold(0_i64, |value, digit| match digit {
        b'0'..=b'7' => {
            Ok(value.checked_mul(8).ok_or(BadNumber::TooLarge)? + i64::from(digit - b'0'))
        }
        _ => Err(BadNumber::Malformed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_writers_use_is_read() {
        for (field, value) in [
            (&b"00000000012\0"[..], 10),
            (b"        12 \0", 10),
            (b"77777777777 ", 0o77_777_777_777),
            (b"777777777777", 0o777_777_777_777),
            (b"            ", 0),
            (b"\0\0\0\0\0\0\0\0", 0),
            (b"\x80\0\0\0\0\0\0\x02\0\0\0\0", 2 << 32),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff", -1),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", -2),
            (b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", i64::MAX),
        ] {
            assert_eq!(signed(field), Ok(value), "{field:?}");
        }
    }

    #[test]
    fn what_tools_read_differently_is_no_number() {
        for field in [&b"1\x002\0"[..], b"\x0012\0", b"12x\0", b"8\0", b"-1\0", b"+1\0", b"1 2 "] {
            assert_eq!(signed(field), Err(BadNumber::Malformed), "{field:?}");
        }
        assert_eq!(signed(b"\x80\0\0\0\x80\0\0\0\0\0\0\0"), Err(BadNumber::TooLarge));
        assert_eq!(signed(b"\xc0\0\0\0\0\0\0\0\0\0\0\0"), Err(BadNumber::Negative));
        assert_eq!(unsigned(b"\xff\xff\xff\xff\xff\xff\xff\xff"), Err(BadNumber::Negative));
    }

    #[test]
    fn decimal_takes_digits_only() {
        assert_eq!(decimal(b"0012"), Some(12));
        for digits in [&b""[..], b"+1", b"-1", b" 1", b"1 ", b"9223372036854775808", b"0x1"] {
            assert_eq!(decimal(digits), None, "{digits:?}");
        }
    }
}
