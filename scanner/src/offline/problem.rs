//! A problem, from the sentence that e2fsck tells it in: what it speaks of, where, and what a
//! sound filesystem would have shown.

use reports::{Code, Finding, PathName, Subject};

use super::checker::IMAGE;
use super::printed_name;

/// What is shown of a long sentence, in characters.
const SHOWN: usize = 600;

/// How sure it is that a sentence tells of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It tells of damage, whatever e2fsck's exit status is: e2fsck went on with a backup of
    /// what is damaged, or the kernel refuses what e2fsck lets pass.
    Damage,
    /// e2fsck asked whether to correct it, or the sentence is known to tell of a problem.
    Problem,
    /// Counts and times in the superblock that are wrong after an unclean end, too.
    Stale,
    /// The sentence is not known.
    Unknown,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// How sure it is that it is one.
    pub(super) certainty: Certainty,
    /// What e2fsck says, tidied.
    found: String,
    expected: &'static str,
    path: Option<Vec<u8>>,
    inode: Option<u64>,
    evidence: Vec<String>,
}

impl Problem {
    /// Reads a sentence, its lines joined by blanks; `asked` says whether e2fsck asked what to do
    /// about it.
    pub(super) fn read(sentence: &str, asked: bool, details: Vec<String>) -> Self {
        let (text, went_on) = apart(sentence.trim());
        let (expected, certainty) = meaning(text, asked);
        let place = Place::read(text);
        let mut evidence = details;
        evidence.extend(went_on.map(|words| format!("e2fsck went on: {}", tidy(words))));
        let path = place.path.map(|printed| {
            let (bytes, doubtful) = printed_name::read(&printed);
            evidence.extend(doubtful.then(|| AS_PRINTED.to_owned()));
            bytes
        });
        evidence.extend(place.directory.map(|number| format!("in directory inode {number}")));
        evidence.extend(blocks(&place.rest));
        evidence.extend(number_after(&place.rest, "group").map(|group| format!("group {group}")));
        let text = text.split_once("ext2fs_open2: ").map_or(text, |(_, words)| words);
        let text = text.split_once("ext2fs_check_desc: ").map_or(text, |(_, words)| words);
        Problem { certainty, found: tidy(text), expected, path, inode: place.inode, evidence }
    }

    /// The finding, of its code's own severity.
    pub(super) fn into_finding(self) -> Finding {
        let subject =
            Subject { path: self.path.map(PathName::new), inode: self.inode, device: None };
        let mut finding = Finding::new(Code::OfflineProblem, subject, self.expected, self.found);
        finding.evidence = self.evidence;
        finding
    }
}

/// Said of a path whose bytes may be others.
const AS_PRINTED: &str = "the path stands as e2fsck prints it: ^ marks a control byte and M- a byte \
                          above 127, if the name does not hold these signs itself";

/// What e2fsck says of the library's refusal, and how it goes on.
fn apart(text: &str) -> (&str, Option<&str>) {
    match text.split_once(" e2fsck: ") {
        Some((refusal, words)) if refusal.starts_with("ext2fs_") => (refusal, Some(words)),
        _ => (text, None),
    }
}

/// Sentences whose beginning alone says how sure they are; a name cannot forge it.
static BEGINNINGS: &[(&str, &str, Certainty)] = &[
    ("ext2fs_open2: ", "a primary superblock that makes sense", Certainty::Damage),
    ("ext2fs_check_desc: ", "primary group descriptors that make sense", Certainty::Damage),
    // The kernel mounts none other for writing (fs/ext4/super.c, ext4_check_descriptors).
    (
        "One or more block group descriptor checksums are invalid",
        "group descriptors that match their checksums",
        Certainty::Damage,
    ),
    ("Free blocks count wrong (", "a superblock that counts what is free", Certainty::Stale),
    ("Free inodes count wrong (", "a superblock that counts what is free", Certainty::Stale),
    ("Superblock last ", "times that have passed", Certainty::Stale),
];

/// What a sound filesystem shows, by words of the sentence; the first row that fits.
static MEANINGS: &[(&str, &str)] = &[
    ("Multiply-claimed block(s) in", "each block belongs to one file"),
    ("multiply-claimed block(s), shared", "each block belongs to one file"),
    ("Problem in HTREE directory", "an index that fits its directory"),
    ("HTREE", "an index that fits its directory"),
    ("Error reading ", "each block can be read"),
    ("short read", "each block can be read"),
    ("oot inode", "a root directory"),
    ("deleted/unused inode", "an entry names an inode in use"),
    ("invalid inode #", "an entry names an inode that exists"),
    ("incorrect filetype", "an entry knows its inode's type"),
    ("illegal characters in its name", "a name without NUL and slash"),
    ("is a link to directory", "a directory has one name"),
    ("non-unique filename", "each name is there once"),
    ("Duplicate entry", "each name is there once"),
    ("'..' ", "\"..\" leads to the parent directory"),
    ("'.'", "\".\" leads to the directory itself"),
    ("directory corrupted", "a directory of whole entries"),
    ("Unconnected directory", "each directory is in another one"),
    ("nattached ", "each inode in use has a name"),
    ("ref count is", "a link count that is the number of names"),
    ("itmap differences: Group", "bitmaps that match their checksums"),
    ("bitmap differences:", "bitmaps that mark what is in use, and only that"),
    ("count wrong for group", "group descriptors that count what is free"),
    ("checksum", "each structure matches its checksum"),
    ("i_blocks is", "an inode that counts its blocks"),
    ("i_size is", "a size that fits the blocks"),
    ("extent", "an extent tree within the filesystem"),
    ("llegal block", "block numbers within the filesystem"),
    ("ournal", "a sound journal"),
    ("dtime", "a time of deletion in deleted inodes alone"),
    ("Symlink ", "a symbolic link with a target"),
    ("mode", "an inode of a known type"),
    ("an illegal ", "an inode of a known type"),
    ("xtended attribute", "sound extended attributes"),
    (" flag", "flags that fit the inode and the filesystem"),
    ("Resize inode", "a sound resize inode"),
    ("Padding at end of", "bitmaps whose ends are marked"),
    ("QUOTA", "quotas that match what is used"),
    ("uota", "quotas that match what is used"),
];

fn meaning(text: &str, asked: bool) -> (&'static str, Certainty) {
    if let Some((_, expected, certainty)) = BEGINNINGS.iter().find(|row| text.starts_with(row.0)) {
        return (expected, *certainty);
    }
    match MEANINGS.iter().find(|row| text.contains(row.0)) {
        Some((_, expected)) => (expected, Certainty::Problem),
        None if asked => (UNKNOWN, Certainty::Problem),
        None => (UNKNOWN, Certainty::Unknown),
    }
}

/// What is expected where no row fits.
const UNKNOWN: &str = "nothing that e2fsck would correct";

/// What a sentence names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    /// As printed.
    path: Option<String>,
    inode: Option<u64>,
    /// The directory that an entry is in.
    directory: Option<u64>,
    /// The words outside of names, which may say anything.
    rest: String,
}

impl Place {
    fn read(text: &str) -> Self {
        entry(text)
            .or_else(|| before_inode(text))
            .or_else(|| dot_dot(text))
            .or_else(|| root(text))
            .unwrap_or_else(|| by_inode(text))
    }
}

/// `Entry 'NAME' in PATH (NUMBER) has ...`, and `Duplicate entry 'NAME' found. Marking PATH
/// (NUMBER) to be rebuilt.`
fn entry(text: &str) -> Option<Place> {
    let duplicate = text.strip_prefix("Duplicate entry '");
    let rest = duplicate.or_else(|| text.strip_prefix("Duplicate Entry '"));
    let rest = rest.or_else(|| text.strip_prefix("Entry '"))?;
    // A path that e2fsck cannot tell begins with `<`, `.` or `?`.
    let is_path = |after: &str| after.starts_with(['/', '<', '.', '?']);
    let (name, after) = splits(rest, "' in ").find(|(_, after)| is_path(after)).or_else(|| {
        let (name, after) = rest.split_once("' found")?;
        Some((name, after.split_once("Marking ")?.1))
    })?;
    let (folder, number, said) = numbered(after)?;
    let path = folder.starts_with('/').then(|| printed_name::join(folder, name).into_owned());
    let inode = if said.contains("is a link to directory") {
        numbered(said).map(|(_, number, _)| number)
    } else {
        inode_number(said)
    };
    Some(Place { path, inode, directory: Some(number), rest: said.to_owned() })
}

/// `PATH (NUMBER)` and what follows it; a path may hold numbers in parentheses itself.
fn numbered(text: &str) -> Option<(&str, u64, &str)> {
    let candidates = || {
        splits(text, " (").filter_map(|(path, after)| {
            let (number, said) = after.split_once(')')?;
            Some((path, number.parse::<u64>().ok()?, said))
        })
    };
    let verbs = [" has ", " is ", " points ", " references ", " found", " to be ", " contains "];
    let goes_on = |said: &str| verbs.iter().any(|verb| said.starts_with(verb));
    candidates().find(|(_, _, said)| goes_on(said)).or_else(|| candidates().next())
}

/// `File PATH (inode #NUMBER, mod time ...)` and `Symlink PATH (inode #NUMBER) is ...`.
fn before_inode(text: &str) -> Option<Place> {
    let rest = text.strip_prefix("File ").or_else(|| text.strip_prefix("Symlink "))?;
    let (path, after) = rest.split_once(" (inode #")?;
    Some(Place {
        path: absolute(path),
        inode: leading_number(after),
        directory: None,
        rest: after.to_owned(),
    })
}

/// `'..' in PATH (NUMBER) is ...`.
fn dot_dot(text: &str) -> Option<Place> {
    let (path, number, _) = numbered(text.strip_prefix("'..' in ")?)?;
    Some(Place { path: absolute(path), inode: Some(number), ..Place::default() })
}

fn root(text: &str) -> Option<Place> {
    text.starts_with("Root inode ").then(|| Place {
        path: Some("/".to_owned()),
        inode: Some(2),
        ..Place::default()
    })
}

/// `... inode NUMBER (PATH) is ...`, or a number alone.
fn by_inode(text: &str) -> Place {
    let path = splits(text, "node ").find_map(|(_, after)| {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let path = after.get(digits..).filter(|_| digits > 0)?.strip_prefix(" (/")?;
        let verbs = [") has ", ") is ", ") should ", "): "];
        let end = verbs.iter().filter_map(|verb| path.find(verb)).min();
        let end = end.or_else(|| path.rfind(')'))?;
        Some(format!("/{}", path.get(..end)?))
    });
    let rest = path.as_deref().map_or_else(|| text.to_owned(), |path| text.replace(path, ""));
    Place { path, inode: inode_number(text), directory: None, rest }
}

fn absolute(path: &str) -> Option<String> {
    path.starts_with('/').then(|| path.to_owned())
}

/// The first number that is an inode's: `inode 12`, `inode #12`, `inode #: 12`, `inode (12)`,
/// `inode=12`, `Directory <12>`.
fn inode_number(text: &str) -> Option<u64> {
    number_after(text, "inode").or_else(|| {
        let (_, after) = text.split_once("Directory <")?;
        leading_number(after)
    })
}

/// The number behind a word, with nothing but signs between them.
fn number_after(text: &str, word: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let mut behind = splits(&lower, word).map(|(_, after)| after);
    behind.find_map(|after| leading_number(after.trim_start_matches([' ', '#', ':', '(', '='])))
}

fn leading_number(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..digits)?.parse().ok()
}

/// Each way to split `text` at `separator`, from the left.
fn splits<'a>(text: &'a str, separator: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.match_indices(separator)
        .filter_map(move |(at, found)| Some((text.get(..at)?, text.get(at + found.len()..)?)))
}

/// The blocks that a sentence names: a physical one, and a file's own number of it.
fn blocks(text: &str) -> Vec<String> {
    let mut named = Vec::new();
    let logical = number_after(text, "logical block");
    let own = splits(text, "lock #").find_map(|(_, after)| {
        let number = leading_number(after)?;
        let physical = after.split_once(" (").and_then(|(digits, after)| {
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| leading_number(after))?
        });
        Some((number, physical))
    });
    let physical = number_after(text, "physical block")
        .or_else(|| own.and_then(|(_, physical)| physical))
        .or_else(|| number_after(&text.replace("lock #", "lock no. "), "block"))
        .filter(|_| !text.contains("logical block") || text.contains("physical block"));
    named.extend(physical.map(|block| format!("block {block}")));
    let within = logical.or(own.map(|(number, _)| number));
    named.extend(within.map(|number| format!("block {number} of the file")));
    named
}

/// One line without double blanks and a full stop at its end, of bounded length.
fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ").replace(IMAGE, "the image");
    let line = line.trim_end_matches(['.', ':', ',']);
    let length = line.chars().count();
    if length <= SHOWN {
        return line.to_owned();
    }
    let shown: String = line.chars().take(SHOWN).collect();
    format!("{shown} ... ({} characters left out)", length - SHOWN)
}
