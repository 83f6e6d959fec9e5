//! The ways in which archives are extracted, as tables of steps.
//!
//! - `npm`: node-tar 7.5 as npm 11 runs it (node-tar src/unpack.ts and mkdir.ts, pacote
//!   lib/fetcher.js, arborist lib/retire-path.js): every directory on the way to every member is
//!   made anew, and looked at where it exists.
//! - `npm-cached`: node-tar up to 7.4.3, npm 10 and older: a directory that was made is
//!   remembered and never made again, so that whoever removes it makes each later open fail.
//! - `pnpm`: a store of files named by their content, and links from there into a package's
//!   directory, which is made under another name and moved into its place.
//! - `sequential`: GNU tar: one archive after the other, times and modes as the archive says.

use reports::TarPattern;

use super::file_system::Creation;

/// What is done at one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    // With a package.
    /// Makes what an earlier install would have left in its place.
    LeaveEarlier,
    /// Moves what is in its place to a hidden name beside it.
    Retire,
    /// Makes its directory, and those above it.
    MakePackage,
    /// Makes the directory in which it is put together.
    MakeStage,
    /// Moves that into its place.
    MoveStage,
    /// Makes the link under which it is found.
    LinkPackage,
    /// Removes what was retired.
    RemoveRetired,
    /// Sets modes and times of the directories that the archive names, the deepest first.
    SetDirectories,

    // With a member of its archive.
    /// Makes each directory above it; where one exists, looks whether it is one.
    MakeParents(Parents),
    /// Makes the directory that it is.
    MakeDirectory,
    /// Asks what is in its place; anything but a file that can be written over is removed.
    Look,
    /// Opens it.
    Open(Creation),
    /// Opens it, removes what is there before, and makes directories that are missing above it.
    OpenFresh,
    /// Opens a file of another name in the store.
    OpenTemporary,
    /// Writes its content.
    Write,
    /// Gives it the mode that the archive says.
    SetMode,
    /// Gives it the time that the archive says.
    SetTimes,
    /// Closes it.
    Close,
    /// Gives a file of the store the name of its content, unless that exists.
    MoveToStore,
    /// Makes the symbolic link that it is, and gives it its time.
    MakeSymlink,
    /// Makes the hard link that it is.
    MakeHardLink,
    /// Links it from the store, or copies it where that cannot be.
    Import,
}

/// Which directories above a member are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parents {
    /// Every one, for every member.
    Anew,
    /// Those that were not made yet.
    Remembered,
}

/// How many threads make calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// So many (libuv's UV_THREADPOOL_SIZE is 4).
    Fixed(usize),
    /// One a processor.
    Processors,
}

/// One way.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Its name.
    pub name: TarPattern,
    /// Packages that are under way at once.
    pub streams: usize,
    /// Threads that make their calls.
    pub workers: Workers,
    /// Leading directories of the archive that are left off.
    pub strip: usize,
    /// Modes that files get at least, of which the umask takes its share; none where the archive
    /// decides.
    pub least_mode: Option<u32>,
    /// Done with a package before its members come.
    pub before: &'static [Step],
    /// Done with a directory.
    pub directory: &'static [Step],
    /// Done with a file.
    pub file: &'static [Step],
    /// Done with a symbolic link; one is passed over where nothing is.
    pub symlink: &'static [Step],
    /// Done with a hard link; one is passed over where nothing is.
    pub hard_link: &'static [Step],
    /// Done with a package when all its members have come.
    pub between: &'static [Step],
    /// Then done with each of its files again, package.json last.
    pub again: &'static [Step],
    /// Done with a package at the end.
    pub after: &'static [Step],
}

/// The pattern of that name.
pub fn of(name: TarPattern) -> &'static Pattern {
    match name {
        TarPattern::Npm => &NPM,
        TarPattern::NpmCached => &NPM_CACHED,
        TarPattern::Pnpm => &PNPM,
        TarPattern::Sequential => &SEQUENTIAL,
    }
}

const NPM: Pattern = Pattern {
    name: TarPattern::Npm,
    streams: 15,
    workers: Workers::Fixed(4),
    strip: 1,
    least_mode: Some(0o666),
    before: &[Step::LeaveEarlier, Step::Retire, Step::MakePackage],
    directory: &[Step::MakeParents(Parents::Anew), Step::MakeDirectory],
    file: &[
        Step::MakeParents(Parents::Anew),
        Step::Look,
        Step::Open(Creation::Truncate),
        Step::Write,
        Step::Close,
    ],
    symlink: &[],
    hard_link: &[],
    between: &[],
    again: &[],
    after: &[Step::RemoveRetired],
};

const NPM_CACHED: Pattern = Pattern {
    name: TarPattern::NpmCached,
    directory: &[Step::MakeParents(Parents::Remembered), Step::MakeDirectory],
    file: &[
        Step::MakeParents(Parents::Remembered),
        Step::Look,
        Step::Open(Creation::Truncate),
        Step::Write,
        Step::Close,
    ],
    ..NPM
};

const PNPM: Pattern = Pattern {
    name: TarPattern::Pnpm,
    streams: 16,
    workers: Workers::Processors,
    strip: 1,
    least_mode: Some(0o666),
    before: &[],
    directory: &[],
    file: &[Step::OpenTemporary, Step::Write, Step::Close, Step::MoveToStore],
    symlink: &[],
    hard_link: &[],
    between: &[Step::MakeStage],
    again: &[Step::MakeParents(Parents::Remembered), Step::Import],
    after: &[Step::MoveStage, Step::LinkPackage],
};

const SEQUENTIAL: Pattern = Pattern {
    name: TarPattern::Sequential,
    streams: 1,
    workers: Workers::Fixed(1),
    strip: 0,
    least_mode: None,
    before: &[Step::MakePackage],
    directory: &[Step::MakeDirectory],
    file: &[Step::OpenFresh, Step::Write, Step::SetTimes, Step::SetMode, Step::Close],
    symlink: &[Step::MakeSymlink],
    hard_link: &[Step::MakeHardLink],
    between: &[],
    again: &[],
    after: &[Step::SetDirectories],
};
