//! The names of a night's files, one for each root: `full.json`, `full-2.json`.

/// The name of the file of a root, by its place among the roots: the first has no number.
pub fn of(stem: &str, place: usize, extension: &str) -> String {
    match place {
        0 => format!("{stem}.{extension}"),
        _ => format!("{stem}-{}.{extension}", place + 1),
    }
}

/// The place of the root whose file is called so; none where no such file is.
pub fn place(name: &str, stem: &str, extension: &str) -> Option<usize> {
    let rest = name.strip_prefix(stem)?.strip_suffix(extension)?.strip_suffix('.')?;
    let number: usize = if rest.is_empty() { 1 } else { rest.strip_prefix('-')?.parse().ok()? };
    let place = number.checked_sub(1)?;
    // Other ways to write the same number are not a night's.
    (of(stem, place, extension) == name).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_its_place() {
        for (number, name) in [(0, "full.json"), (1, "full-2.json"), (41, "full-42.json")] {
            assert_eq!(of("full", number, "json"), name);
            assert_eq!(place(name, "full", "json"), Some(number));
        }
        for name in ["full-1.json", "full-0.json", "full-02.json", "full-+2.json", "full2.json"] {
            assert_eq!(place(name, "full", "json"), None, "{name}");
        }
        for name in ["full.gz", "fulljson", "quick.json", "full-.json", "full-2-.json", ""] {
            assert_eq!(place(name, "full", "json"), None, "{name}");
        }
    }
}
