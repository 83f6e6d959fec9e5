//! The words of a finding for each kind of difference.

use reports::{Code, Finding, PathName, Severity, Subject, counted};
use unicode_normalization::UnicodeNormalization;

use super::difference::{Difference, DifferenceKind, FieldChange, Unwritten, Written};
use super::report::{below, code};
use crate::inode_facts::FileKind;

/// The finding of a difference between the trees at these two roots.
pub(super) fn finding(difference: &Difference, before: &[u8], after: &[u8]) -> Finding {
    let (root, expected, found) = match &difference.kind {
        DifferenceKind::Missing { what, below, bytes, .. } => {
            (before, size(*what, *below, *bytes), "nothing".to_owned())
        }
        DifferenceKind::Added { what, below, bytes } => {
            (after, "nothing".to_owned(), size(*what, *below, *bytes))
        }
        DifferenceKind::Moved { what, below } => {
            let old = old_path(difference, before);
            (after, format!("{} at {old}", with_below(*what, *below)), "it is here".to_owned())
        }
        DifferenceKind::HardLinksChanged { torn, other } => {
            let other = PathName::new(below(after, other)).escaped();
            let (with, apart) = (format!("the same file as {other}"), "another file");
            if *torn { (after, with, apart.to_owned()) } else { (after, apart.to_owned(), with) }
        }
        _ => {
            let (old, new) = values(&difference.fields);
            (after, old, new)
        }
    };
    let path = Some(PathName::new(below(root, &difference.path)));
    let subject = Subject { path, ..Subject::default() };
    let mut finding = Finding::new(code(&difference.kind), subject, expected, found);
    finding.evidence = evidence(difference, before, after);
    let is_doubtful = match difference.kind {
        DifferenceKind::ContentChanged { by } => by.is_doubtful(),
        DifferenceKind::InodeChanged { is_proven } => !is_proven,
        DifferenceKind::Moved { .. } => is_found(difference),
        _ => return finding,
    };
    if is_doubtful {
        finding.severity = Severity::Suspect;
    }
    finding
}

/// The first field's values; what else differs is evidence.
fn values(fields: &[FieldChange]) -> (String, String) {
    fields.first().map_or_else(Default::default, |field| {
        (format!("{} {}", field.name, field.old), format!("{} {}", field.name, field.new))
    })
}

/// Whether it moved to where a repair puts what has lost its name.
fn is_found(difference: &Difference) -> bool {
    difference.path.starts_with(b"lost+found/")
        && !difference.old_path().starts_with(b"lost+found/")
}

/// Whether two different paths are the same characters, composed or not (Unicode Standard Annex 15), as
/// copies through other systems leave them.
fn is_of_another_form(path: &[u8], old: &[u8]) -> bool {
    let (Ok(path), Ok(old)) = (str::from_utf8(path), str::from_utf8(old)) else { return false };
    path != old && path.nfc().eq(old.nfc())
}

fn evidence(difference: &Difference, before: &[u8], after: &[u8]) -> Vec<String> {
    let mut evidence = Vec::new();
    let is_move = matches!(difference.kind, DifferenceKind::Moved { .. });
    if difference.from.is_some() && !is_move {
        evidence.push(format!("it was at {} before", old_path(difference, before)));
    }
    if is_move && is_found(difference) {
        evidence.push("lost+found is where a repair puts what has lost its name".to_owned());
    }
    if is_move && is_of_another_form(&difference.path, difference.old_path()) {
        evidence
            .push("the two names look alike: they differ in their Unicode form alone".to_owned());
    }
    if let DifferenceKind::ContentChanged { by } = difference.kind {
        evidence.push(unwritten(by).to_owned());
    }
    if let DifferenceKind::ContentWritten { by } = difference.kind {
        evidence.push(written(by).to_owned());
    }
    if let DifferenceKind::ContentOfAnother { was } = &difference.kind {
        let was = shown(before, was);
        evidence.push(format!("these bytes were at {was} before: that file was put here"));
    }
    if let DifferenceKind::InodeChanged { is_proven } = difference.kind {
        let proven = "nothing changed its inode since, as its time of change says, and the filesystem \
                      stayed mounted";
        evidence.push(if is_proven { proven } else { ON_DEVICE }.to_owned());
    }
    if code(&difference.kind) == Code::EntryLost {
        evidence.push("its directory has not changed since, as its times say".to_owned());
    }
    if let DifferenceKind::Missing { stray: Some(stray), .. } = &difference.kind {
        let (was, is) = (shown(before, &stray.was), shown(after, &stray.is));
        evidence.push(format!("the bytes of {was} are now at {is}"));
    }
    let further = difference.fields.iter().skip(1);
    evidence
        .extend(further.map(|field| format!("{} {}, now {}", field.name, field.old, field.new)));
    evidence
}

const ON_DEVICE: &str = "nothing changed its inode since, as its time of change on the device says; a \
                         write within seconds before a crash or a snapshot can lose its time, and an \
                         older state of the volume may have been put back";

fn unwritten(by: Unwritten) -> &'static str {
    match by {
        Unwritten::TimeOfChange => {
            "nothing wrote to it since, as the time of change of its inode says, and the filesystem \
             stayed mounted"
        }
        Unwritten::TimeOnDevice => ON_DEVICE,
        Unwritten::SizeAndTime => {
            "size and modification time are the same; a program that sets the time back leaves the \
             same behind, and so does another tree with the same times put or mounted there"
        }
        Unwritten::TimeSetBack => {
            "size and modification time are the same, but its inode did not rest since, nor for an hour \
             before, or a directory above it did not rest since: a program set the time back or wrote \
             through memory (mmap), or another file was put or mounted there"
        }
        Unwritten::TimeOfAnArchive => {
            "size and modification time are the same to the second, and one of the times is a whole \
             second, as archives set it: unpacking another version leaves it the same"
        }
    }
}

fn written(by: Written) -> &'static str {
    match by {
        Written::Anew => "the file was made since, as its time of birth says",
        Written::Below => {
            "files of its kind are written without the filesystem, so that no time tells: swap, quotas, \
             journals, what a boot loader remembers"
        }
        Written::Mapped => {
            "it was written shortly before the manifest, and what the same program then writes through \
             memory (mmap) sets no time until the pages reach the disk"
        }
        Written::InMemory => "on a filesystem in memory what is written through mmap sets no time",
    }
}

fn old_path(difference: &Difference, before: &[u8]) -> String {
    shown(before, difference.old_path())
}

fn shown(root: &[u8], path: &[u8]) -> String {
    PathName::new(below(root, path)).escaped()
}

fn size(what: FileKind, below: u64, bytes: u64) -> String {
    match what {
        FileKind::Regular | FileKind::Directory => {
            format!("{}, {}", with_below(what, below), counted(bytes, "byte", "bytes"))
        }
        _ => what.as_str().to_owned(),
    }
}

fn with_below(what: FileKind, below: u64) -> String {
    let what = what.as_str();
    match below {
        0 => what.to_owned(),
        _ => format!("{what} with {} below it", counted(below, "entry", "entries")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(from: &str, path: &str) -> Vec<String> {
        let kind = DifferenceKind::Moved { what: FileKind::Regular, below: 0 };
        let (path, from) = (path.into(), Some(from.into()));
        finding(&Difference { path, from, kind, fields: Vec::new() }, b"/a", b"/b").evidence
    }

    #[test]
    fn names_that_look_alike_are_told_to_differ() {
        let alike = ["the two names look alike: they differ in their Unicode form alone"];
        assert_eq!(moved("caf\u{e9}/x", "cafe\u{301}/x"), alike);
        assert_eq!(moved("cafe\u{301}", "caf\u{e9}"), alike);
        // Other characters, or another place as well.
        assert!(moved("caf\u{e9}", "cafe").is_empty());
        assert!(moved("caf\u{e9}", "d/cafe\u{301}").is_empty());
        assert!(moved("a\u{fb01}", "afi").is_empty());
    }

    #[test]
    fn another_tree_with_the_same_times_is_among_what_leaves_other_bytes_behind_them() {
        let kind = DifferenceKind::ContentChanged { by: Unwritten::SizeAndTime };
        let fields = vec![FieldChange::new("hash", "a", "b")];
        let changed = Difference { path: b"f".to_vec(), from: None, kind, fields };
        let evidence = finding(&changed, b"/a", b"/b").evidence;
        assert!(evidence[0].ends_with("another tree with the same times put or mounted there"));
    }
}
