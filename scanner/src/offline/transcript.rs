//! What e2fsck prints, taken apart line by line.
//!
//! A problem is a sentence, on one line or a few, and most often a question with its answer: on
//! the same line (`Inode 12 ref count is 5, should be 2.  Fix? no`), on the next one, or
//! `IGNORED.` where it was answered before. In between stand headings and remarks that tell of no
//! problem; those are known by their words (e2fsprogs e2fsck/problem.c, unix.c). What is neither
//! is handed on as a problem that is not known.

use reports::Totals;

use super::checker::{IMAGE, Said};
use super::problem::Problem;

/// Lines of standard error that are kept.
const REMARKS: usize = 20;

/// Lines below a problem that are kept one by one: the files that share its blocks.
const DETAILS: usize = 5;

/// What a problem's lines may take together, in bytes.
const LONGEST: usize = 32 * 1024;

/// What a run told besides problems.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// e2fsck's version (`1.47.0 (5-Feb-2023)`).
    pub(super) version: String,
    /// How many of its passes began.
    pub(super) passes: u32,
    /// What it counted.
    pub(super) totals: Totals,
    /// It left the journal as it is.
    pub(super) journal_skipped: bool,
    /// It found the filesystem mounted or in use.
    pub(super) in_use: bool,
    /// It found no superblock, nor a backup of one.
    pub(super) no_superblock: bool,
    /// Features that it does not know.
    pub(super) unknown_features: Option<String>,
    /// Why it could not go on.
    pub(super) last_words: Vec<String>,
}

/// Takes lines in, hands problems out.
pub(super) struct Transcript<F: FnMut(Problem)> {
    facts: Facts,
    pending: Option<Draft>,
    problem: F,
}

/// A problem whose end has not come yet.
#[derive(Debug)]
struct Draft {
    text: String,
    details: Vec<String>,
    more_details: u64,
}

/// What a line of standard output is.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    /// It ends what came before, and tells of no problem.
    Blank,
    /// The heading of a pass (`2: Checking directory structure`).
    Pass(&'a str),
    /// Known to tell of no problem.
    Remark(&'a str),
    /// `IGNORED.`, or a question and its answer.
    Answer(&'a str),
    /// Words that end in a question and its answer.
    Asked(&'a str),
    /// Other words.
    Words(&'a str),
}

impl<F: FnMut(Problem)> Transcript<F> {
    /// `problem` is called with each problem as soon as its end has come.
    pub(super) fn new(problem: F) -> Self {
        Transcript { facts: Facts::default(), pending: None, problem }
    }

    /// Takes a line; `say_pass` is called with the heading of a pass.
    pub(super) fn take(&mut self, said: Said, say_pass: impl Fn(&str)) {
        match said {
            Said::Out(line) => {
                let line = readable(&line);
                let meaning = classify(&line);
                if let Line::Pass(heading) = meaning {
                    say_pass(heading);
                    self.facts.passes += 1;
                }
                self.take_out(&line, &meaning);
            }
            Said::Err(line) => self.take_err(readable(&line).trim()),
        }
    }

    /// What is left when all lines were taken.
    pub(super) fn finish(mut self) -> Facts {
        self.flush(false);
        self.facts
    }

    fn take_out(&mut self, line: &str, meaning: &Line<'_>) {
        match *meaning {
            Line::Blank | Line::Pass(_) => self.flush(false),
            Line::Remark(text) if text.starts_with("e2fsck: ") && self.pending.is_some() => {
                self.begin_or_go_on(line, text);
            }
            Line::Remark(text) => {
                self.flush(false);
                self.facts.note(text);
            }
            Line::Answer(question) => self.answer(question),
            Line::Asked(text) => {
                self.begin_or_go_on(line, text);
                self.flush(true);
            }
            Line::Words(text) => self.begin_or_go_on(line, text),
        }
    }

    /// A question by itself is about the words before it. Without such words it asks what to do
    /// about problems that were told already, unless it is one that says what is wrong.
    fn answer(&mut self, question: &str) {
        if self.pending.is_some() {
            self.flush(true);
        } else if TELLING_QUESTIONS.iter().any(|telling| question.starts_with(telling)) {
            (self.problem)(Problem::read(question, true, Vec::new()));
        }
    }

    fn begin_or_go_on(&mut self, line: &str, text: &str) {
        match &mut self.pending {
            Some(draft) if draft.goes_on_with(line) => draft.add(line, text),
            _ => {
                self.flush(false);
                self.pending = Some(Draft::new(text));
            }
        }
    }

    /// Ends the pending problem.
    fn flush(&mut self, asked: bool) {
        let Some(mut draft) = self.pending.take() else { return };
        if ADVICE.iter().any(|advice| draft.text.starts_with(advice)) {
            return;
        }
        if draft.text.starts_with("The superblock could not be read") {
            self.facts.no_superblock = true;
            return;
        }
        if draft.more_details > 0 {
            draft.details.push(format!("and {} more", draft.more_details));
        }
        (self.problem)(Problem::read(&draft.text, asked, draft.details));
    }

    /// Standard error has the version, what the kernel said of a read, quotas that are wrong, and
    /// why e2fsck gave up.
    fn take_err(&mut self, text: &str) {
        let text =
            text.strip_prefix(IMAGE).map_or(text, |rest| rest.trim_start_matches([':', ' ']));
        if text.is_empty() {
            return;
        }
        if let Some(features) = text.strip_prefix("has unsupported feature(s): ") {
            self.facts.unknown_features = Some(features.to_owned());
        } else if let Some(words) = text.strip_prefix("e2fsck: ") {
            if self.facts.last_words.len() < REMARKS {
                let words = words.trim_end_matches('.').replace(IMAGE, "the image");
                self.facts.last_words.push(words);
            }
        } else if let Some(version) = version(text) {
            version.clone_into(&mut self.facts.version);
        } else {
            (self.problem)(Problem::read(text, false, Vec::new()));
        }
    }
}

/// `e2fsck 1.47.0 (5-Feb-2023)`.
fn version(text: &str) -> Option<&str> {
    let version = text.strip_prefix("e2fsck ")?;
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}

impl Facts {
    /// Takes what a remark says.
    fn note(&mut self, text: &str) {
        self.journal_skipped |= text.starts_with("Warning: skipping journal recovery");
        self.in_use |= text.starts_with("Warning!  ");
        self.count(text);
    }

    /// A line of the counts at the end (`12 regular files`).
    fn count(&mut self, text: &str) {
        let Some((number, what)) = text.split_once(' ') else { return };
        let Ok(number) = number.parse::<u64>() else { return };
        let totals = &mut self.totals;
        match what.split(" (").next().unwrap_or(what) {
            "directory" | "directories" => totals.directories = number,
            // A second name of a file counts as one more file, as in a scan.
            "regular file" | "regular files" | "link" | "links" => totals.files += number,
            "symbolic link" | "symbolic links" => totals.symlinks = number,
            "character device file"
            | "character device files"
            | "block device file"
            | "block device files"
            | "fifo"
            | "fifos"
            | "socket"
            | "sockets" => {
                totals.other += number;
            }
            _ => return,
        }
        totals.entries = totals.directories + totals.files + totals.symlinks + totals.other;
    }
}

impl Draft {
    fn new(text: &str) -> Self {
        Draft { text: text.to_owned(), details: Vec::new(), more_details: 0 }
    }

    /// Whether a line belongs to what came before: it is set off, or it begins in the midst of a
    /// sentence.
    fn goes_on_with(&self, line: &str) -> bool {
        let ended = self.text.ends_with(['.', '!', '?']);
        line.starts_with([' ', '\t'])
            || (!ended && line.starts_with(|c: char| c.is_ascii_lowercase()))
            || CONTINUATIONS.iter().any(|words| line.starts_with(words))
    }

    fn add(&mut self, line: &str, text: &str) {
        if self.text.starts_with("File ") && line.starts_with('\t') {
            if self.details.len() < DETAILS {
                self.details.push(format!("shared with {}", text.trim()));
            } else {
                self.more_details += 1;
            }
        } else if self.text.len() + text.len() < LONGEST {
            self.text.push(' ');
            self.text.push_str(text.trim());
        } else {
            self.more_details += 1;
        }
    }
}

/// The line as text. e2fsck escapes the names it prints but for the byte 128, which is put as it
/// would have been; other bytes that are not UTF-8 come from a volume's label.
fn readable(line: &[u8]) -> String {
    line.utf8_chunks().fold(String::with_capacity(line.len()), |mut text, chunk| {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(if *byte == 0x80 { "M-^@" } else { "\u{fffd}" });
        }
        text
    })
}

fn classify(line: &str) -> Line<'_> {
    let text = line.trim();
    if text.is_empty() {
        return Line::Blank;
    }
    if let Some(heading) = text.strip_prefix("Pass ")
        && heading.starts_with(|c: char| c.is_ascii_digit())
        && heading.contains(": ")
    {
        return Line::Pass(heading);
    }
    if is_remark(text) {
        return Line::Remark(text);
    }
    if let Some(words) = text.strip_suffix("IGNORED.") {
        return if words.trim().is_empty() {
            Line::Answer("")
        } else {
            Line::Asked(words.trim_end())
        };
    }
    let answered = text.strip_suffix("? no").or_else(|| text.strip_suffix("? yes"));
    let Some(words) = answered else { return Line::Words(text) };
    match QUESTIONS.iter().find_map(|question| words.strip_suffix(question)) {
        Some("") => Line::Answer(words),
        Some(before) if before.ends_with(' ') => Line::Asked(before.trim_end()),
        _ if words.starts_with("Rename to ") => Line::Asked(words),
        _ => Line::Answer(words),
    }
}

/// Whether a line is known to tell of no problem.
fn is_remark(text: &str) -> bool {
    REMARK_BEGINNINGS.iter().any(|words| text.starts_with(words))
        || REMARK_ENDS.iter().any(|words| text.ends_with(words))
        || is_count(text)
}

/// A line of the counts at the end: a number, a word of a kind of thing.
fn is_count(text: &str) -> bool {
    let Some((number, what)) = text.split_once(' ') else { return false };
    number.bytes().all(|byte| byte.is_ascii_digit())
        && COUNTED.iter().any(|counted| what.starts_with(counted))
}

/// Questions that end a sentence, longer ones first.
static QUESTIONS: &[&str] = &[
    "Clone multiply-claimed blocks",
    "Connect to /lost+found",
    "Clear HTree index",
    "Suppress messages",
    "Run journal anyway",
    "Recreate journal",
    "Clear journal",
    "Force rewrite",
    "Ignore error",
    "Clear inode",
    "Delete file",
    "Clear flag",
    "Relocate",
    "Allocate",
    "Truncate",
    "Continue",
    "Recreate",
    "Optimize",
    "Salvage",
    "Expand",
    "Create",
    "Unlink",
    "Abort",
    "Split",
    "Clear",
    "Fix",
];

/// Questions that say what is wrong by themselves.
static TELLING_QUESTIONS: &[&str] =
    &["Update quota info", "Recreate journal", "Clear journal", "Run journal anyway"];

/// Lines that go on with a problem although they begin with a capital.
static CONTINUATIONS: &[&str] = &[
    "WARNING: SEVERE DATA LOSS POSSIBLE",
    "The physical size of the device is",
    "Either the superblock or the partition table",
    "This version of e2fsck does not support fragment sizes",
    "It is likely that your copy of e2fsck",
    "It is also possible the journal superblock",
    "Clearing fields beyond the V1 journal superblock",
    "You can remove this block from the bad block list",
    "Inode_link_info[",
    "Rename to ",
    "e2fsck: ",
];

/// What e2fsck advises besides a problem.
static ADVICE: &[&str] = &["Note: if several inode or block bitmap blocks"];

static REMARK_BEGINNINGS: &[&str] = &[
    "Warning!  ",
    "Warning: skipping journal recovery because doing a read-only filesystem check",
    "Running additional passes to resolve blocks claimed by more than one inode",
    "(There are ",
    "Restarting e2fsck from the beginning",
    "e2fsck: Superblock invalid, trying backup blocks",
    "e2fsck: Group descriptors look bad... trying backup blocks",
    "e2fsck: going back to original superblock",
    "Could this be a zero-length partition",
    "MMP interval is ",
    "# of inodes with ind/dind/tind blocks: ",
    "Extent depth histogram: ",
    "------",
];

static REMARK_ENDS: &[&str] =
    &[": ********** WARNING: Filesystem still has errors **********", ": e2fsck canceled."];

static COUNTED: &[&str] = &[
    "inode used",
    "inodes used",
    "non-contiguous ",
    "block used",
    "blocks used",
    "bad block",
    "large file",
    "regular file",
    "director",
    "character device file",
    "block device file",
    "fifo",
    "link",
    "symbolic link",
    "socket",
    "file",
];

#[cfg(test)]
mod tests;
