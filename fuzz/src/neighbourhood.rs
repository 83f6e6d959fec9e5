//! Where archives are extracted, and what lies beside it and must stay as it is.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use reports::TarPattern;
use scanner::round_trip::{Size, Source, TripOptions};
use tempfile::TempDir;

/// How much of one archive is extracted: a container's /dev/shm often holds 64 MiB alone.
const MOST: Size = Size { entries: 1000, bytes: 4 << 20 };

/// What the file beside holds.
const SENTINEL: &[u8] = b"beside";

/// A folder with an archive, the place where it is extracted, and a file beside that place.
pub struct Neighbourhood {
    folder: TempDir,
    /// Mode, number, links, size and time of change of the file beside: no call passes over it
    /// without a trace.
    before: [i64; 6],
}

impl Neighbourhood {
    /// In memory, with this archive.
    ///
    /// # Panics
    ///
    /// Where it cannot be made.
    pub fn new(archive: &[u8]) -> Self {
        let memory = Path::new("/dev/shm");
        let within = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("fscan-fuzz-").tempdir_in(within);
        let folder = folder.expect("a scratch folder");
        let make = || {
            fs::create_dir(folder.path().join("place"))?;
            fs::write(folder.path().join("archive"), archive)?;
            fs::write(folder.path().join("beside"), SENTINEL)?;
            fs::metadata(folder.path().join("beside"))
        };
        let before = facts(&make().expect("a scratch folder with room"));
        Neighbourhood { folder, before }
    }

    /// Round trips with the archive, in every way.
    pub fn trips(&self) -> TripOptions {
        TripOptions {
            directory: self.place(),
            patterns: TarPattern::ALL.to_vec(),
            source: Source::Archives(vec![self.folder.path().join("archive")]),
            jobs: Some(1),
            rounds: 1,
            churn: false,
            control: None,
            keep: false,
            force: true,
            all_findings: true,
            most: MOST,
        }
    }

    /// Nothing was written beside the place, and nothing is left in it.
    ///
    /// # Panics
    ///
    /// Where something was.
    pub fn assert_untouched(&self) {
        let beside = self.folder.path().join("beside");
        assert_eq!(names(self.folder.path()), ["archive", "beside", "place"]);
        assert_eq!(fs::read(&beside).expect("it can be read"), SENTINEL);
        assert_eq!(facts(&fs::metadata(&beside).expect("it is there")), self.before);
        assert!(names(&self.place()).is_empty(), "something is left: {:?}", names(&self.place()));
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("place")
    }
}

fn facts(metadata: &fs::Metadata) -> [i64; 6] {
    let numbers = [metadata.ino(), metadata.nlink(), metadata.size()].map(u64::cast_signed);
    let [ino, nlink, size] = numbers;
    [metadata.mode().into(), ino, nlink, size, metadata.ctime(), metadata.ctime_nsec()]
}

fn names(folder: &Path) -> Vec<String> {
    let listed = fs::read_dir(folder).expect("a folder that can be listed");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = listed.filter_map(Result::ok).map(name).collect();
    names.sort();
    names
}
