//! Reads a manifest entry by entry, and trusts none of it.

use std::io::{ErrorKind, Read};
use std::path::Path;

use reports::PathName;

use super::lines::Lines;
use super::open::open;
use super::path_rules::PathRules;
use super::wire::{Footer, Header, parse_entry};
use super::{ContentHash, Counts, Entry, Fault, Gaps, MANIFEST_VERSION, ManifestError};

/// How a header begins as it is written.
pub(crate) const HEADER_BEGINNING: &[u8] = br#"{"fscan_manifest":"#;

/// A manifest that is being read. As an iterator it gives the entries in their order; what it
/// gave is proven only when it comes to its end without an error, for the footer stands last.
pub struct ManifestReader {
    path: PathName,
    header: Header,
    header_hash: ContentHash,
    lines: Lines,
    rules: PathRules,
    counts: Counts,
    hasher: LineHasher,
    footer: Option<Footer>,
    failed: bool,
}

impl ManifestReader {
    /// Opens a file, compressed or not whatever its name says, and reads its header.
    pub fn open(path: &Path) -> Result<Self, ManifestError> {
        let reader = Self::open_part(path)?;
        match reader.header.part {
            Some(part) => Err(ManifestError { path: path.into(), fault: Fault::Part(part) }),
            None => Ok(reader),
        }
    }

    /// The same where it may be the manifest of a shard.
    pub(super) fn open_part(path: &Path) -> Result<Self, ManifestError> {
        let named = PathName::from(path);
        match open(path) {
            Ok(file) => Self::new(named, file),
            Err(fault) => Err(ManifestError { path: named, fault }),
        }
    }

    /// The first line of the manifest at `path`, or of the part of one; none where nothing is there, or
    /// something else. One that cannot be read, such as one of a newer fscan, is an error.
    pub fn header_of(path: &Path) -> Result<Option<Header>, ManifestError> {
        match Self::open_part(path) {
            Ok(reader) => Ok(Some(reader.header)),
            Err(ManifestError {
                fault: Fault::Empty | Fault::Other(_) | Fault::NoFile(_), ..
            }) => Ok(None),
            Err(ManifestError { fault: Fault::Open(error), .. })
                if error.kind() == ErrorKind::NotFound =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads from `source`; `path` is what errors call it.
    pub fn new(path: PathName, source: impl Read + Send + 'static) -> Result<Self, ManifestError> {
        let begun = Lines::new(source).and_then(|mut lines| {
            let (header, hash) = read_header(&mut lines)?;
            Ok((lines, header, hash))
        });
        match begun {
            Ok((lines, header, header_hash)) => Ok(ManifestReader {
                path,
                rules: PathRules::of(header.part),
                header,
                header_hash,
                lines,
                counts: Counts::default(),
                hasher: LineHasher::default(),
                footer: None,
                failed: false,
            }),
            Err(fault) => Err(ManifestError { path, fault }),
        }
    }

    /// What the first line says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// BLAKE3 of the first line.
    pub(super) fn header_hash(&self) -> ContentHash {
        self.header_hash
    }

    /// BLAKE3 of all entry lines; none before the last entry was given.
    pub fn digest(&self) -> Option<ContentHash> {
        self.footer.map(|footer| footer.digest)
    }

    fn read_entry(&mut self) -> Result<Option<Entry>, Fault> {
        let Some(line) = self.lines.next()? else {
            return Err(Fault::Truncated { line: self.lines.number() });
        };
        if Footer::is_one(line) {
            let footer = Footer::parse(line);
            return self.end(footer).map(|()| None);
        }
        self.hasher.add(line);
        let parsed = parse_entry(line);
        let line = self.lines.number();
        let entry = parsed.map_err(|what| Fault::Line { line, what })?;
        self.rules.judge(&entry, line)?;
        self.counts.add(&entry);
        Ok(Some(entry))
    }

    /// Judges the footer by what stands above it and by what stands below.
    fn end(&mut self, footer: Result<Footer, String>) -> Result<(), Fault> {
        let line = self.lines.number();
        let footer = footer.map_err(|what| Fault::Line { line, what })?;
        let edited = |what| Err(Fault::Edited { line, what });
        if footer.digest != self.hasher.finish() {
            return edited("the digest");
        }
        // Manifests of an early form have no such hash, and told of no gaps.
        let early = Gaps { links_of_files_alone: true, ..Gaps::default() };
        let Header { gaps, filesystem, root_inode, mount_session, mounts, .. } = &self.header;
        let is_early = *gaps == early
            && !filesystem.is_known()
            && root_inode.is_none()
            && mount_session.is_none()
            && mounts.is_empty();
        let gaps_proven = footer.header.is_some() || is_early;
        if !gaps_proven || footer.header.is_some_and(|hash| hash != self.header_hash) {
            return edited("the hash of the first line");
        }
        if footer.counts != self.counts || self.header.counts != self.counts {
            return edited("the number of entries or bytes");
        }
        match self.lines.has_more() {
            Ok(false) => {}
            Ok(true) => return Err(Fault::Behind { line }),
            Err(fault) => return Err(fault),
        }
        self.footer = Some(footer);
        Ok(())
    }
}

impl Iterator for ManifestReader {
    type Item = Result<Entry, ManifestError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.footer.is_some() {
            return None;
        }
        self.read_entry().transpose().map(|read| {
            read.map_err(|fault| {
                self.failed = true;
                // Lines out of damaged gzip data are nonsense; the data is what is at fault.
                let fault = match fault {
                    Fault::Behind { .. } => fault,
                    _ => self.lines.damage_ahead().unwrap_or(fault),
                };
                ManifestError { path: self.path.clone(), fault }
            })
        })
    }
}

impl std::fmt::Debug for ManifestReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManifestReader").field("path", &self.path).finish_non_exhaustive()
    }
}

/// BLAKE3 of many lines. It is several times faster on what is long than on a line at a time.
#[derive(Default)]
struct LineHasher {
    hasher: blake3::Hasher,
    waiting: Vec<u8>,
}

impl LineHasher {
    /// What is hashed at once, in bytes.
    const BLOCK: usize = 128 << 10;

    fn add(&mut self, line: &[u8]) {
        self.waiting.extend_from_slice(line);
        if self.waiting.len() >= Self::BLOCK {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
    }

    fn finish(&mut self) -> ContentHash {
        self.hasher.update(&self.waiting);
        self.waiting.clear();
        *self.hasher.finalize().as_bytes()
    }
}

/// The header, and the hash of its line.
fn read_header(lines: &mut Lines) -> Result<(Header, ContentHash), Fault> {
    let beginning = lines.peek()?;
    if beginning.is_empty() {
        return Err(Fault::Empty);
    }
    let other = Fault::Other(seems_to_be(beginning));
    let seen = beginning.len().min(HEADER_BEGINNING.len());
    let is_header = HEADER_BEGINNING.get(..seen) == beginning.get(..seen);
    let line = match lines.next() {
        Ok(Some(line)) => line,
        Ok(None) => return Err(other),
        // Its first line is cut off, or it has none.
        Err(Fault::Truncated { .. } | Fault::LongLine { .. }) if !is_header => return Err(other),
        Err(fault) => return Err(fault),
    };
    match Header::version(line) {
        None if !is_header => Err(other),
        Some(version) if version > MANIFEST_VERSION => Err(Fault::Newer(version)),
        _ => {
            let hash = *blake3::hash(line).as_bytes();
            let header = Header::parse(line).map_err(|what| Fault::Line { line: 1, what })?;
            Ok((header, hash))
        }
    }
}

/// What a file that is no manifest seems to be.
fn seems_to_be(beginning: &[u8]) -> &'static str {
    let Some(head) = beginning.get(..beginning.len().min(4096)) else { return "something else" };
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    if has(b"\0") {
        "binary data"
    } else if has(b"\"schema_version\"") {
        "a report of fscan (-o)"
    } else if head.trim_ascii_start().starts_with(b"{") {
        "JSON of another kind"
    } else {
        "something else"
    }
}
