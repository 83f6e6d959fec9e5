//! What tests extract with: a directory, packages, and one thread.

use std::path::Path;
use std::sync::atomic::AtomicU64;

use reports::TarPattern;

use super::recorder::Recorder;
use crate::archive::Limits;
use crate::round_trip::beneath::{Beneath, open_directory};
use crate::round_trip::evidence::OnTheSpot;
use crate::round_trip::extraction::{Extracted, Extraction, Round};
use crate::round_trip::file_system::FileSystem;
use crate::round_trip::packages::{Contents, Package};
use crate::round_trip::pattern::of;
use crate::round_trip::removals::Removals;

/// A package of that name, whose archive is a file.
pub fn package(name: &str, archive: &Path) -> Package {
    Package { name: name.as_bytes().to_vec(), contents: Contents::File(archive.to_owned()) }
}

/// Extracts packages one after the other into the directory `r` below `root`, which must be there.
pub fn extract(
    on: &dyn FileSystem,
    root: &Path,
    pattern: TarPattern,
    packages: &[Package],
) -> Vec<Extracted> {
    let beneath = Beneath::new(open_directory(root).unwrap());
    let removals = Removals::default();
    let witness = OnTheSpot { beneath: &beneath, removals: &removals, kernel: None, shared: false };
    let round = Round {
        on,
        pattern: of(pattern),
        directory: b"r".to_vec(),
        witness: &witness,
        limits: Limits::default(),
        room: &|| u64::MAX,
        stopped: &|| false,
        alone: true,
        temporaries: &AtomicU64::new(0),
    };
    let extract = |package: &Package| {
        let mut extraction = Extraction::new(&round, package.clone());
        while extraction.advance() {}
        extraction.finish()
    };
    packages.iter().map(extract).collect()
}

/// A recorder on a directory.
pub fn recorder(root: &Path) -> Recorder {
    Recorder::new(Beneath::new(open_directory(root).unwrap()))
}
