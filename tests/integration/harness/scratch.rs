//! A scratch folder that any user can reach, gone at the end of the test.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;

use tempfile::TempDir;

/// A folder of its own under /tmp, mode 0755.
pub(crate) struct Dir {
    temp: TempDir,
}

impl Dir {
    pub(crate) fn new() -> Dir {
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        // Not TMPDIR: that is often a folder of the user, which nobody else can enter.
        let temp = tempfile::Builder::new().prefix("fscan-test-").tempdir_in("/tmp").unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Dir { temp }
    }

    pub(crate) fn path(&self) -> &Path {
        self.temp.path()
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// Makes a folder with its parents.
    pub(crate) fn folder(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Makes a file, and the folder it is in.
    pub(crate) fn file(&self, name: impl AsRef<Path>, content: &[u8]) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let emptied = empty(self.path());
        // One that failed may have left anything behind.
        if !thread::panicking() {
            emptied.unwrap_or_else(|error| panic!("empty {}: {error}", self.path().display()));
        }
    }
}

/// Removes what is in `top`, however deep: each folder is moved up to `top` before it is
/// emptied, so that no path grows long and nothing recurses.
fn empty(top: &Path) -> io::Result<()> {
    let mut moved = 0_u64;
    let mut folders = vec![];
    take_apart(top, top, &mut moved, &mut folders)?;
    while let Some(folder) = folders.pop() {
        take_apart(&folder, top, &mut moved, &mut folders)?;
        fs::remove_dir(&folder)?;
    }
    Ok(())
}

/// Removes the files of `folder` and moves its folders up to `top`.
fn take_apart(
    folder: &Path,
    top: &Path,
    moved: &mut u64,
    folders: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            *moved += 1;
            let up = top.join(format!(".moved-up-{moved}"));
            fs::rename(entry.path(), &up)?;
            folders.push(up);
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[test]
fn a_scratch_folder_of_any_depth_is_removed() {
    let dir = Dir::new();
    super::chain(dir.path(), 5000, &["a", "b"]);
    let path = dir.path().to_owned();
    drop(dir);
    assert!(!path.exists(), "{} is still there", path.display());
}
