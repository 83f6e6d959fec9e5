//! Texts cut to a size. What is left out is said in its place.

/// What is said of the part that is left out takes no more bytes than this.
const NOTE: usize = 40;

/// At most `most` bytes of `text`: its beginning, and how much more there is.
pub(crate) fn clip_end(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let (head, rest) = text.split_at(text.floor_char_boundary(most.saturating_sub(NOTE)));
    format!("{head}... ({} bytes left out)", rest.len())
}

/// At most `most` bytes of `text`: both of its ends, for a path is told by its last name.
pub(crate) fn clip_middle(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(NOTE);
    let (head, rest) = text.split_at(text.floor_char_boundary(room / 2));
    let (gap, tail) = rest.split_at(rest.ceil_char_boundary(rest.len().saturating_sub(room / 2)));
    format!("{head}...[{} bytes left out]...{tail}", gap.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_whole_and_the_rest_is_counted() {
        let text = "ab".repeat(50);
        assert_eq!((clip_end(&text, 100), clip_middle(&text, 100)), (text.clone(), text.clone()));
        assert_eq!(clip_end(&text, 50), "ababababab... (90 bytes left out)");
        assert_eq!(clip_middle(&text, 50), "ababa...[90 bytes left out]...babab");
    }

    #[test]
    fn no_character_is_cut_and_no_size_exceeded() {
        let text = "€".repeat(1000);
        for most in 0..200 {
            for clipped in [clip_end(&text, most), clip_middle(&text, most)] {
                assert!(clipped.len() <= most.max(NOTE), "{most}: {clipped}");
                assert!(clipped.contains(" bytes left out"), "{most}: {clipped}");
            }
        }
    }
}
