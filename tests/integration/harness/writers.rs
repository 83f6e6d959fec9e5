//! Writers that never rest: they create, write, link, rename and remove names, and make, move
//! and remove folders, until told to stop.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use rustix::fs::{CWD, RenameFlags, renameat_with};

const FOLDERS: u64 = 8;
const NAMES: u64 = 60;

/// Threads at work in one folder; they end when this is dropped.
pub(crate) struct Writers {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Writers {
    /// Starts `count` writers in folders that are made in `top`.
    pub(crate) fn start(top: &Path, count: u64) -> Writers {
        for folder in 0..FOLDERS {
            fs::create_dir_all(top.join(format!("folder-{folder}"))).unwrap();
        }
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let threads = (1..=count).map(|seed| {
            let (stop, done, top) = (Arc::clone(&stop), Arc::clone(&done), top.to_owned());
            thread::spawn(move || {
                let mut choice = Choice(seed * 0x9e37_79b9_7f4a_7c15);
                while !stop.load(Ordering::Relaxed) {
                    step(&top, &mut choice);
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

/// One operation. Half of them meet a name that is not there or not of that kind; that is fine.
fn step(top: &Path, choice: &mut Choice) {
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
