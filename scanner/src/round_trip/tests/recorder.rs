//! A filesystem that takes down what is asked of it, and fails where it is told to.

use std::sync::Mutex;

use rustix::io::Errno;

use crate::inode_facts::InodeTime;
use crate::round_trip::beneath::Beneath;
use crate::round_trip::file_system::{
    Call, Creation, Failure, FileSystem, Listed, Looked, OpenFile,
};

/// Writes down each call and what it came to, and makes it on a real directory.
pub struct Recorder {
    below: Beneath,
    calls: Mutex<Vec<String>>,
    /// The call and path that fail, and how.
    fails: Option<(Call, Vec<u8>, Errno)>,
}

impl Recorder {
    pub fn new(below: Beneath) -> Self {
        Recorder { below, calls: Mutex::default(), fails: None }
    }

    pub fn failing(self, call: Call, path: &str, errno: Errno) -> Self {
        Recorder { fails: Some((call, path.as_bytes().to_vec(), errno)), ..self }
    }

    /// What was asked so far, as `mkdir a/b` or `open a/b EEXIST`.
    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn note<T>(
        &self,
        call: Call,
        path: &[u8],
        to: Option<&[u8]>,
        make: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let done = match &self.fails {
            Some((failing, at, errno)) if *failing == call && at == path => {
                Err(Failure { call, errno: *errno, path: path.to_vec(), to: None, parent: None })
            }
            _ => make(),
        };
        let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let to = to.map_or(String::new(), |to| format!(" -> {}", text(to)));
        let errno = done.as_ref().err().map(|failure| crate::checks::errno_word(failure.errno));
        let errno = errno.map_or(String::new(), |errno| format!(" {errno}"));
        let line = format!("{} {}{to}{errno}", call.word(), text(path));
        self.calls.lock().unwrap().push(line);
        done
    }
}

impl FileSystem for Recorder {
    fn make_directory(&self, path: &[u8], mode: u32) -> Result<(), Failure> {
        self.note(Call::MakeDirectory, path, None, || self.below.make_directory(path, mode))
    }

    fn look(&self, path: &[u8]) -> Result<Looked, Failure> {
        self.note(Call::Look, path, None, || self.below.look(path))
    }

    fn open(&self, path: &[u8], creation: Creation, mode: u32) -> Result<OpenFile, Failure> {
        self.note(Call::Open, path, None, || self.below.open(path, creation, mode))
    }

    fn write(&self, file: &mut OpenFile, at: u64, bytes: &[u8]) -> Result<(), Failure> {
        let path = file.path.clone();
        self.note(Call::Write, &path, None, || self.below.write(file, at, bytes))
    }

    fn set_size(&self, file: &OpenFile, size: u64) -> Result<(), Failure> {
        self.note(Call::SetSize, &file.path, None, || self.below.set_size(file, size))
    }

    fn set_mode(&self, file: &OpenFile, mode: u32) -> Result<(), Failure> {
        self.note(Call::SetMode, &file.path, None, || self.below.set_mode(file, mode))
    }

    fn set_times(&self, file: &OpenFile, mtime: InodeTime) -> Result<(), Failure> {
        self.note(Call::SetTimes, &file.path, None, || self.below.set_times(file, mtime))
    }

    fn close(&self, file: OpenFile) -> Result<(), Failure> {
        let path = file.path.clone();
        self.note(Call::Close, &path, None, || self.below.close(file))
    }

    fn set_times_at(&self, path: &[u8], mtime: InodeTime) -> Result<(), Failure> {
        self.note(Call::SetTimes, path, None, || self.below.set_times_at(path, mtime))
    }

    fn set_directory_mode(&self, path: &[u8], mode: u32) -> Result<(), Failure> {
        self.note(Call::SetMode, path, None, || self.below.set_directory_mode(path, mode))
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), Failure> {
        self.note(Call::Rename, from, Some(to), || self.below.rename(from, to))
    }

    fn link(&self, of: &[u8], path: &[u8]) -> Result<(), Failure> {
        self.note(Call::Link, of, Some(path), || self.below.link(of, path))
    }

    fn copy(&self, of: &[u8], path: &[u8], mode: u32) -> Result<(), Failure> {
        self.note(Call::Read, of, Some(path), || self.below.copy(of, path, mode))
    }

    fn symlink(&self, target: &[u8], path: &[u8]) -> Result<(), Failure> {
        self.note(Call::Symlink, target, Some(path), || self.below.symlink(target, path))
    }

    fn unlink(&self, path: &[u8]) -> Result<(), Failure> {
        self.note(Call::Unlink, path, None, || self.below.unlink(path))
    }

    fn remove_directory(&self, path: &[u8]) -> Result<(), Failure> {
        self.note(Call::RemoveDirectory, path, None, || self.below.remove_directory(path))
    }

    fn list(&self, path: &[u8]) -> Result<Vec<Listed>, Failure> {
        self.note(Call::List, path, None, || self.below.list(path))
    }
}
