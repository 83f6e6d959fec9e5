//! Writers that never rest: they create, write, link, rename and remove names, make, move and
//! remove folders, and make the blocks of files come, go and move, until told to stop.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use rustix::fs::{
    AtFlags, CWD, FallocateFlags, Mode, OFlags, RenameFlags, XattrFlags, fallocate, linkat, open,
    removexattr, renameat_with, setxattr,
};

const FOLDERS: u64 = 8;
const NAMES: u64 = 60;
/// Where a writer of data ends to write in a file, in bytes.
const LENGTH: u64 = 600_000;

/// What a writer does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// Names and folders.
    Names,
    /// Blocks, sizes and attributes.
    Data,
}

/// Threads at work in one folder; they end when this is dropped.
pub(crate) struct Writers {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Writers {
    /// Starts a writer for each piece of work, in folders that are made in `top`.
    pub(crate) fn start(top: &Path, work: &[Work], seed: u64) -> Writers {
        for folder in 0..FOLDERS {
            fs::create_dir_all(top.join(format!("folder-{folder}"))).unwrap();
        }
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let threads = work.iter().zip(seed..).map(|(&work, seed)| {
            let (stop, done, top) = (Arc::clone(&stop), Arc::clone(&done), top.to_owned());
            thread::spawn(move || {
                let mut choice = Choice((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
                while !stop.load(Ordering::Relaxed) {
                    match work {
                        Work::Names => step_of_names(&top, &mut choice),
                        Work::Data => drop(step_of_data(&top, &mut choice)),
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        Writers { threads: threads.collect(), stop, done }
    }

    /// How many operations were tried so far.
    pub(crate) fn operations(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// One operation on names. Half of them meet a name that is not there or not of that kind; that is
/// fine.
fn step_of_names(top: &Path, choice: &mut Choice) {
    let (one, other) = (choice.file(top), choice.file(top));
    match choice.below(18) {
        0..=3 => drop(fs::write(one, "written")),
        4..=5 => drop(fs::remove_file(one)),
        6..=7 => drop(fs::rename(one, other)),
        8..=9 => drop(fs::hard_link(one, other)),
        10 => drop(fs::create_dir(choice.subfolder(top))),
        11 => drop(fs::remove_dir_all(choice.subfolder(top))),
        12..=13 => drop(fs::rename(choice.subfolder(top), choice.subfolder(top))),
        14 => drop(fs::write(choice.subfolder(top).join("inner"), "inner")),
        // Folders of several levels that come and go: another one soon stands in its place.
        15 => drop(fs::create_dir_all(choice.subfolder(top).join("a/b/c"))),
        16 => {
            let folder = choice.folder(top);
            let _ = fs::remove_dir_all(&folder);
            let _ = fs::create_dir_all(folder);
        }
        _ => drop(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)),
    }
}

/// One operation on data. What the filesystem cannot do, or has no space for, is left out.
fn step_of_data(top: &Path, choice: &mut Choice) -> io::Result<()> {
    let path = choice.file(top);
    let file = File::options().create(true).truncate(false).write(true).open(&path)?;
    let (offset, length) = (choice.below(LENGTH), 1 + choice.below(40_000));
    let bytes = || vec![b'w'; length as usize];
    match choice.below(24) {
        0..=4 => File::options().append(true).open(&path)?.write_all(&bytes())?,
        5..=8 => file.write_all_at(&bytes(), offset)?,
        9 => (0..LENGTH / 8192).try_for_each(|n| file.write_all_at(b"scattered", n * 8192))?,
        10..=11 => file.set_len(offset)?,
        12 => file.set_len(0)?,
        13 => fallocate(&file, FallocateFlags::empty(), offset, length)?,
        14 => fallocate(&file, FallocateFlags::KEEP_SIZE, offset, 4 * length)?,
        15..=16 => {
            let punch = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            fallocate(&file, punch, offset, length)?;
        }
        17 => fallocate(&file, FallocateFlags::ZERO_RANGE, offset, length)?,
        18 => {
            let range = [FallocateFlags::COLLAPSE_RANGE, FallocateFlags::INSERT_RANGE];
            let (offset, length) = (offset & !0xffff, 0x1_0000);
            fallocate(&file, range[choice.below(2) as usize], offset, length)?;
        }
        19 => file.sync_all()?,
        20 => {
            let value = vec![b'a'; length as usize % 3500];
            setxattr(&path, "user.data", &value, XattrFlags::empty())?;
        }
        21 => removexattr(&path, "user.data")?,
        22 => unnamed(top, &path, &bytes())?,
        _ => fs::remove_file(&path)?,
    }
    Ok(())
}

/// A file that is written before it has a name; every other one never gets one.
fn unnamed(top: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = open(top, flags, Mode::from_raw_mode(0o644))?;
    let mut file = File::from(file);
    file.write_all(bytes)?;
    if bytes.len().is_multiple_of(2) {
        linkat(&file, "", CWD, path, AtFlags::EMPTY_PATH)?;
    }
    Ok(())
}

/// A pseudo-random sequence (Knuth's MMIX constants).
struct Choice(u64);

impl Choice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn folder(&mut self, top: &Path) -> PathBuf {
        top.join(format!("folder-{}", self.below(FOLDERS)))
    }

    fn file(&mut self, top: &Path) -> PathBuf {
        self.folder(top).join(format!("file-{}", self.below(NAMES)))
    }

    fn subfolder(&mut self, top: &Path) -> PathBuf {
        self.folder(top).join(format!("sub-{}", self.below(4)))
    }
}
