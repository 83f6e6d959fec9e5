//! Files whose blocks and attributes lie in every way that a healthy filesystem lays them.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{
    FallocateFlags, IFlags, XattrFlags, fallocate, fsync, ioctl_getflags, ioctl_setflags, setxattr,
    statvfs,
};

/// Some of each kind; what a filesystem cannot do is left out.
pub(crate) fn content(top: &Path) {
    let top = &top.join("content");
    fs::create_dir(top).unwrap();
    let unit = statvfs(top).unwrap().f_frsize;
    scattered(&top.join("few-extents"), 4, unit);
    scattered(&top.join("more-extents"), 5, unit);
    scattered(&top.join("many-extents"), 500, unit);
    fs::write(top.join("direct"), vec![b'd'; 12 * unit as usize]).unwrap();
    fs::write(top.join("indirect"), vec![b'i'; 13 * unit as usize]).unwrap();
    reserved(top);
    cut(top);
    shared_attributes(&top.join("labelled"));
    access_lists(&top.join("listed"));
    flagged(&top.join("flagged"));
}

/// A file of `count` blocks with a hole before each but the first: as many extents. From about
/// 1400 on with blocks of 4 KiB, and 340 with blocks of 1 KiB, a tree of two levels on ext4.
pub(crate) fn scattered(path: &Path, count: u64, unit: u64) {
    let file = File::create(path).unwrap();
    let block = vec![b's'; unit as usize];
    for n in 0..count {
        file.write_all_at(&block, 2 * n * unit).unwrap();
    }
}

/// Blocks reserved and not written, within the size and behind it, some written later.
fn reserved(top: &Path) {
    let reserve = |name: &str, flags, offset, length| {
        let file = File::options().create(true).append(true).open(top.join(name)).unwrap();
        // ext2 and ext3 cannot.
        let _ = fallocate(&file, flags, offset, length);
    };
    let keep_size = FallocateFlags::KEEP_SIZE;
    reserve("reserved", FallocateFlags::empty(), 0, 200_000);
    reserve("reserved-behind-no-size", keep_size, 0, 200_000);
    for name in ["reserved-behind", "reserved-apart", "reserved-and-written"] {
        fs::write(top.join(name), vec![b'r'; 10_000]).unwrap();
    }
    reserve("reserved-behind", keep_size, 0, 300_000);
    reserve("reserved-apart", keep_size, 500_000, 100_000);
    reserve("reserved-and-written", FallocateFlags::empty(), 0, 400_000);
    let written = File::options().write(true).open(top.join("reserved-and-written")).unwrap();
    for at in [70_000, 150_000, 151_000, 390_000] {
        written.write_all_at(b"written", at).unwrap();
    }
}

/// Files that were punched, zeroed, shortened and lengthened.
fn cut(top: &Path) {
    let long = |name: &str| {
        fs::write(top.join(name), vec![b'c'; 300_000]).unwrap();
        File::options().write(true).open(top.join(name)).unwrap()
    };
    let keep_size = FallocateFlags::KEEP_SIZE;
    let punch = FallocateFlags::PUNCH_HOLE | keep_size;
    let punched = long("punched");
    fsync(&punched).unwrap();
    for (offset, length) in [(0, 20_000), (50_001, 30_000), (299_000, 50_000)] {
        let _ = fallocate(&punched, punch, offset, length);
    }
    let _ = fallocate(long("punched-whole"), punch, 0, 400_000);
    let _ = fallocate(long("zeroed"), FallocateFlags::ZERO_RANGE, 10_000, 100_000);
    let _ = fallocate(long("collapsed"), FallocateFlags::COLLAPSE_RANGE, 65_536, 65_536);
    let _ = fallocate(long("inserted"), FallocateFlags::INSERT_RANGE, 65_536, 65_536);
    let shortened = long("shortened");
    fsync(&shortened).unwrap();
    shortened.set_len(100_001).unwrap();
    long("emptied").set_len(0).unwrap();
    long("lengthened").set_len(5_000_000).unwrap();
    let again = long("shortened-and-lengthened");
    again.set_len(1).unwrap();
    again.set_len(1 << 30).unwrap();
}

/// Attributes that are the same for many files stand in one block on ext4.
fn shared_attributes(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for n in 0..60 {
        let path = folder.join(n.to_string());
        fs::write(&path, "labelled").unwrap();
        attribute(&path, "user.label", &[b'l'; 800]);
    }
    attribute(folder, "user.label", &[b'l'; 800]);
}

/// Access control lists on files, and lists that a folder gives to what is made in it.
fn access_lists(folder: &Path) {
    fs::create_dir(folder).unwrap();
    default_access_list(folder);
    attribute(folder, "system.posix_acl_access", ACCESS_LIST);
    fs::create_dir_all(folder.join("inherits/twice")).unwrap();
    for n in 0..20 {
        fs::write(folder.join(n.to_string()), "listed").unwrap();
        fs::write(folder.join(format!("inherits/twice/{n}")), "listed").unwrap();
    }
}

/// A list that a folder gives to what is made in it.
pub(crate) fn default_access_list(folder: &Path) {
    attribute(folder, "system.posix_acl_default", ACCESS_LIST);
}

/// Files that may not be changed, or only be appended to.
fn flagged(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for (name, flag) in [("immutable", IFlags::IMMUTABLE), ("append-only", IFlags::APPEND)] {
        let path = folder.join(name);
        fs::write(&path, "flagged").unwrap();
        let file = File::open(path).unwrap();
        if let Ok(flags) = ioctl_getflags(&file) {
            let _ = ioctl_setflags(&file, flags | flag);
        }
    }
}

/// As setxattr takes it: owner rwx, user 1000 rx, group rx, mask rx, others rx.
#[rustfmt::skip]
const ACCESS_LIST: &[u8] = &[
    2, 0, 0, 0,
    0x01, 0, 7, 0, 0xff, 0xff, 0xff, 0xff,
    0x02, 0, 5, 0, 0xe8, 0x03, 0, 0,
    0x04, 0, 5, 0, 0xff, 0xff, 0xff, 0xff,
    0x10, 0, 5, 0, 0xff, 0xff, 0xff, 0xff,
    0x20, 0, 5, 0, 0xff, 0xff, 0xff, 0xff,
];

/// Some filesystems hold no attributes, or only small ones.
fn attribute(path: &Path, name: &str, value: &[u8]) {
    let _ = setxattr(path, name, value, XattrFlags::empty());
}
