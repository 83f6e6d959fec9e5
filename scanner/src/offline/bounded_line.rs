//! Lines of any length, in bounded memory: e2fsck prints a bitmap's differences on one line.

use std::io::{self, BufRead};

/// What is kept of a long line's beginning, in bytes; the longest path that e2fsck prints
/// (PATH_MAX, each byte as up to four) fits.
const HEAD: usize = 20 * 1024;

/// What is kept of its end, where a question may stand.
const TAIL: usize = 1024;

/// Reads a line without its newline; none at the end. What is left out of the middle of a long
/// one is said in its place.
pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut left_out = 0;
    let mut began = false;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(began.then(|| with_gap(line, left_out)));
        }
        began = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        line.extend_from_slice(buffer.get(..end.unwrap_or(buffer.len())).unwrap_or(buffer));
        let consumed = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(consumed);
        if let Some(excess) = line.len().checked_sub(HEAD + TAIL) {
            line.drain(HEAD..HEAD + excess);
            left_out += excess;
        }
        if end.is_some() {
            return Ok(Some(with_gap(line, left_out)));
        }
    }
}

fn with_gap(mut line: Vec<u8>, left_out: usize) -> Vec<u8> {
    if left_out > 0 {
        let gap = format!(" ...[{left_out} bytes left out]... ");
        line.splice(HEAD..HEAD, gap.into_bytes());
    }
    line
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn lines(text: &[u8], buffer: usize) -> Vec<Vec<u8>> {
        let mut reader = BufReader::with_capacity(buffer, text);
        std::iter::from_fn(|| read(&mut reader).unwrap()).collect()
    }

    #[test]
    fn lines_are_split_wherever_the_buffer_ends() {
        for buffer in 1..9 {
            assert_eq!(lines(b"one\n\ntwo\nrest", buffer), [&b"one"[..], b"", b"two", b"rest"]);
        }
        assert_eq!(lines(b"", 8), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_long_line_keeps_both_ends_and_says_what_is_missing() {
        let text = [b"head".as_slice(), &b"x".repeat(3_000_000), b"tail\nnext"].concat();
        let lines = lines(&text, 8192);
        let [long, next] = lines.as_slice() else { panic!("{} lines", lines.len()) };
        assert!(long.starts_with(b"headx") && long.ends_with(b"xtail"));
        assert!(long.len() < HEAD + TAIL + 100, "{}", long.len());
        let missing = format!("...[{} bytes left out]...", 3_000_008 - HEAD - TAIL);
        assert!(String::from_utf8_lossy(long).contains(&missing));
        assert_eq!(next, b"next");
    }
}
