//! Filesystem images: made by mkfs, filled through a mount, damaged while unmounted.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread::sleep;
use std::time::Duration;

use super::lab::tool;
use super::{Dir, Mount};

/// A filesystem in a file.
pub(crate) struct Image {
    file: PathBuf,
    point: PathBuf,
}

/// A loop device that goes away with its guard.
pub(crate) struct LoopDevice {
    path: PathBuf,
}

impl LoopDevice {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LoopDevice {
    fn drop(&mut self) {
        let _ = tool("losetup").arg("-d").arg(&self.path).status();
    }
}

/// A field of an ext4 directory entry (`struct ext4_dir_entry_2`), and the value to put there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DirentField {
    Inode(u32),
    RecordLength(u16),
    NameLength(u8),
    FileType(u8),
    Name(&'static [u8]),
}

impl Image {
    /// Makes an ext4 image of `mib` MiB; `options` go to mkfs.ext4.
    pub(crate) fn ext4(dir: &Dir, mib: u64, options: &[&str]) -> Image {
        let quiet = ["-q", "-F", "-E", "nodiscard"];
        Image::made_by("mkfs.ext4", dir, mib, &[&quiet, options].concat())
    }

    /// Makes an image of `mib` MiB with a mkfs program.
    pub(crate) fn made_by(mkfs: &str, dir: &Dir, mib: u64, options: &[&str]) -> Image {
        let image = Image { file: dir.join("image"), point: dir.join("mnt") };
        let file = File::create(&image.file).unwrap();
        file.set_len(mib * 1024 * 1024).unwrap();
        let output = tool(mkfs).args(options).arg(&image.file).output().unwrap();
        assert!(output.status.success(), "{mkfs} {options:?}: {output:?}");
        image
    }

    pub(crate) fn mount(&self, options: &str) -> Mount {
        Mount::image(&self.file, &self.point, options)
    }

    /// Lets `fill` write into the mounted image and unmounts it again.
    pub(crate) fn fill(&self, fill: impl FnOnce(&Path)) {
        let mount = self.mount("rw");
        fill(mount.point());
    }

    /// Lets `fill` write into the mounted image, unmounts it and waits until no inode is younger
    /// than a second: what changed just before a scan may still be changing, and comparisons of
    /// names and counts may leave it unjudged.
    pub(crate) fn fill_and_age(&self, fill: impl FnOnce(&Path)) {
        self.fill(fill);
        sleep(Duration::from_millis(1100));
    }

    /// The bytes as they are, to go back to with [`Image::restore`].
    pub(crate) fn save(&self) {
        self.copy_sparse(&self.file, &self.file.with_extension("saved"));
    }

    /// Back to what [`Image::save`] saw: a scan of a damaged image changes its error counters.
    pub(crate) fn restore(&self) {
        self.copy_sparse(&self.file.with_extension("saved"), &self.file);
    }

    fn copy_sparse(&self, from: &Path, to: &Path) {
        let mut copy = tool("cp");
        let output = copy.arg("--sparse=always").args([from, to]).output().unwrap();
        assert!(output.status.success(), "{}: {output:?}", self.file.display());
    }

    /// Runs debugfs commands that write; debugfs says on stderr alone that one failed.
    pub(crate) fn debugfs(&self, commands: &[&str]) {
        for command in commands {
            let output = self.run_debugfs(&["-w", "-R", command]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(said.lines().count(), 1, "debugfs {command}: {output:?}");
        }
    }

    /// Sets a feature; debugfs says on stdout what is set then.
    pub(crate) fn set_feature(&self, feature: &str) {
        let said = self.run_debugfs(&["-w", "-R", &format!("feature {feature}")]);
        assert!(String::from_utf8_lossy(&said.stdout).contains(feature), "{feature}: {said:?}");
    }

    /// A loop device on the image that nobody mounts.
    pub(crate) fn attach(&self) -> LoopDevice {
        let output = tool("losetup").args(["--show", "-f"]).arg(&self.file).output().unwrap();
        assert!(output.status.success(), "losetup: {output:?}");
        LoopDevice { path: String::from_utf8(output.stdout).unwrap().trim().into() }
    }

    /// The image's file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// The inode number of a path.
    pub(crate) fn inode(&self, path: &str) -> u32 {
        let said = self.ask_debugfs(&format!("stat {path}"));
        let number = said.split_whitespace().nth(1).unwrap();
        number.parse().unwrap_or_else(|_| panic!("{path}: {said}"))
    }

    /// Overwrites one byte of an inode where it stands in the inode table, which leaves its
    /// checksum wrong.
    pub(crate) fn flip_inode_byte(&self, path: &str, byte: u64) {
        let at = self.inode_place(path) + byte;
        let file = OpenOptions::new().read(true).write(true).open(&self.file).unwrap();
        let mut value = [0];
        file.read_exact_at(&mut value, at).unwrap();
        file.write_all_at(&[value[0] ^ 0x5a], at).unwrap();
    }

    /// Where the inode of `path` stands in the image, in bytes.
    pub(super) fn inode_place(&self, path: &str) -> u64 {
        let said = self.ask_debugfs(&format!("imap {path}"));
        let (_, place) = said.split_once("located at block ").expect("an inode's place");
        let (block, offset) = place.trim().split_once(", offset 0x").unwrap();
        let in_block = u64::from_str_radix(offset, 16).unwrap();
        block.parse::<u64>().unwrap() * self.block_size() + in_block
    }

    /// Overwrites a field of the entry `name` in the directory at `path`, in its block on disk:
    /// debugfs would refuse. The checksum of a directory block (`metadata_csum`) does not follow.
    pub(crate) fn patch_dirent(&self, path: &str, name: &str, field: DirentField) {
        let size = self.block_size();
        let file = OpenOptions::new().read(true).write(true).open(&self.file).unwrap();
        for block in self.ask_debugfs(&format!("blocks {path}")).split_whitespace() {
            let start = block.parse::<u64>().unwrap() * size;
            let mut bytes = vec![0; size as usize];
            file.read_exact_at(&mut bytes, start).unwrap();
            if let Some(entry) = dirent_offset(&bytes, name.as_bytes()) {
                let (offset, value) = field.place();
                file.write_all_at(&value, start + entry as u64 + offset).unwrap();
                return;
            }
        }
        panic!("no entry {name} in {path}");
    }

    /// Whether e2fsck finds damage (which it leaves as it is).
    pub(crate) fn fsck_finds_damage(&self) -> bool {
        let output = fsck(&self.file);
        let code = output.status.code().unwrap();
        assert!(matches!(code, 0 | 4 | 12), "{output:?}");
        code != 0
    }

    pub(super) fn block_size(&self) -> u64 {
        let said = self.ask_debugfs("show_super_stats -h");
        let line = said.lines().find(|line| line.starts_with("Block size:"));
        line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    }

    pub(super) fn ask_debugfs(&self, question: &str) -> String {
        let output = self.run_debugfs(&["-R", question]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn run_debugfs(&self, arguments: &[&str]) -> Output {
        let mut debugfs = tool("debugfs");
        debugfs.args(arguments).arg(&self.file);
        // The pager would swallow what debugfs prints.
        debugfs.env("DEBUGFS_PAGER", "__none__").output().unwrap()
    }
}

/// What e2fsck says of an image, which it leaves as it is.
pub(crate) fn fsck(file: &Path) -> Output {
    tool("e2fsck").arg("-fn").arg(file).output().unwrap()
}

impl DirentField {
    /// Where in the entry it stands, and its bytes.
    fn place(self) -> (u64, Vec<u8>) {
        match self {
            DirentField::Inode(number) => (0, number.to_le_bytes().to_vec()),
            DirentField::RecordLength(length) => (4, length.to_le_bytes().to_vec()),
            DirentField::NameLength(length) => (6, vec![length]),
            DirentField::FileType(kind) => (7, vec![kind]),
            DirentField::Name(name) => (8, name.to_vec()),
        }
    }
}

/// Where the entry `name` begins in a directory block.
fn dirent_offset(block: &[u8], name: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at + 8 <= block.len() {
        let record = usize::from(u16::from_le_bytes([block[at + 4], block[at + 5]]));
        let length = usize::from(block[at + 6]);
        let here = block.get(at + 8..at + 8 + length)?;
        if here == name {
            return Some(at);
        }
        at += record.max(8);
    }
    None
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}
