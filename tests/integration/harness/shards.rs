//! A tree scanned in parts, and the parts merged.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Dir, Fscan, Outcome, User};

/// A scan in parts.
pub(crate) struct Shards<'a> {
    dir: &'a Dir,
    root: PathBuf,
    count: u32,
    user: User,
    arguments: Vec<OsString>,
    /// Where the parts are written.
    pub(crate) folder: PathBuf,
}

impl<'a> Shards<'a> {
    /// Of `root` in `count` parts, with the arguments of a scan. The parts go to a new folder of the
    /// scratch folder that anybody may write to.
    pub(crate) fn new(dir: &'a Dir, root: &Path, count: u32, arguments: &[&str]) -> Self {
        let mut folders = (0..).map(|number| dir.join(format!("parts-{number}")));
        let folder = folders.find(|folder| !folder.exists()).unwrap();
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        let arguments = arguments.iter().map(OsString::from).collect();
        Shards { dir, root: root.to_owned(), count, user: User::Caller, arguments, folder }
    }

    pub(crate) fn user(mut self, user: User) -> Self {
        self.user = user;
        self
    }

    /// The file of facts of a part.
    pub(crate) fn facts(&self, index: u32) -> PathBuf {
        self.folder.join(format!("{index}.facts.gz"))
    }

    /// The manifest of a part.
    pub(crate) fn manifest(&self, index: u32) -> PathBuf {
        self.folder.join(format!("{index}.jsonl"))
    }

    /// The scan of a part, not run yet.
    pub(crate) fn part(&self, index: u32) -> Fscan<'a> {
        let shard = format!("{index}/{}", self.count);
        Fscan::new(self.dir)
            .user(self.user)
            .args(["--format", "json", "-q", "--shard", &shard, "--facts"])
            .arg(self.facts(index))
            .args(&self.arguments)
            .arg(&self.root)
    }

    /// Scans all parts, one after the other.
    pub(crate) fn scan(&self) -> Vec<Outcome> {
        (0..self.count).map(|index| self.part(index).run()).collect()
    }

    /// The same with a manifest of each.
    pub(crate) fn scan_with_manifests(&self) {
        for index in 0..self.count {
            self.part(index).arg("--manifest").arg(self.manifest(index)).run().expect_code(0);
        }
    }

    /// Merging them, not run yet.
    pub(crate) fn merge(&self) -> Fscan<'a> {
        let merge = ["merge", "--format", "json", "-q"];
        Fscan::new(self.dir).user(self.user).args(merge).arg(&self.folder)
    }
}
