//! The tree in every base: about three hundred inodes, some of each kind.
//!
//! Each file is written out before the next one is made: else the order in which the kernel
//! finds blocks for them would be a matter of time.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, symlink};
use std::path::Path;

use rustix::fs::{FallocateFlags, XattrFlags, fallocate, setxattr};

use crate::harness::special_files;

/// A directory of several blocks without an index.
pub(super) fn fill_linear(top: &Path) {
    let folder = top.join("linear");
    fs::create_dir(&folder).unwrap();
    for n in 0..36 {
        let file = folder.join(long_name(n));
        write(&file, &[b'l'; 40]);
        fs::hard_link(file, folder.join(long_name(100 + n))).unwrap();
    }
}

/// Everything else.
pub(super) fn fill(top: &Path) {
    fill_deep(&top.join("deep"));
    fill_homes(&top.join("home"));
    fill_indexed(&top.join("indexed"));
    fill_files(&top.join("files"));
    fill_fragmented(&top.join("fragmented"));
    fill_holes(&top.join("holes"));
    fill_links(&top.join("links"));
    fill_attributes(&top.join("attributes"));
    special_files(&top.join("special"));
}

/// So many names that the index has two levels with blocks of 1 KiB.
pub(super) fn fill_deep_index(top: &Path) {
    let folder = top.join("deep-index");
    fs::create_dir(&folder).unwrap();
    write(&folder.join("linked"), b"linked");
    for n in 0..460 {
        fs::hard_link(folder.join("linked"), folder.join(long_name(n))).unwrap();
    }
}

fn fill_deep(top: &Path) {
    let deep = top.join("a/b/c/d/e/f/g/h");
    fs::create_dir_all(&deep).unwrap();
    write(&deep.join("leaf"), b"leaf");
}

/// Small directories with small files.
fn fill_homes(top: &Path) {
    for n in 0..16_u8 {
        let home = top.join(format!("user-{n:02}"));
        fs::create_dir_all(home.join("empty")).unwrap();
        for file in 0..3_u8 {
            write(&home.join(format!("file-{file}")), &vec![n; 700 * usize::from(n + file)]);
        }
    }
}

fn fill_indexed(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for n in 0..80 {
        write(&folder.join(long_name(n)), &[b'i'; 30]);
    }
}

fn fill_files(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for (name, length) in [("large", 300_000), ("larger", 500_000), ("block", 4096)] {
        write(&folder.join(name), &vec![b'f'; length]);
    }
    for n in 0..8 {
        write(&folder.join(format!("empty-{n}")), b"");
    }
}

/// Every other block is a hole: four extents fit into an inode, more need blocks for them.
fn fill_fragmented(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for (n, pieces) in [2, 4, 5, 8, 12, 20, 40].into_iter().enumerate() {
        write_pieces(&folder.join(format!("pieces-{n}")), pieces);
    }
    // With blocks of 1 KiB the tree has two levels; with any, the first has two blocks.
    write_pieces(&folder.join("many-pieces"), 350);
    // Two files that grow by turns.
    let files = ["one", "other"].map(|name| File::create(folder.join(name)).unwrap());
    for piece in 0..10 {
        for file in &files {
            file.write_all_at(&[b't'; 4096], piece * 4096).unwrap();
            file.sync_all().unwrap();
        }
    }
}

fn write_pieces(path: &Path, pieces: u64) {
    let file = File::create(path).unwrap();
    for piece in 0..pieces {
        file.write_all_at(&[b'p'; 1024], piece * 8192).unwrap();
    }
    file.sync_all().unwrap();
}

fn fill_holes(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let sparse = File::create(folder.join("sparse")).unwrap();
    // So far apart that pointers of one, two and three levels are needed without extents.
    for at in [0, 100 << 10, 8 << 20, 80 << 20] {
        sparse.write_all_at(b"data", at).unwrap();
    }
    sparse.sync_all().unwrap();
    File::create(folder.join("nothing")).unwrap().set_len(1 << 20).unwrap();
    for (name, flags) in
        [("allocated", FallocateFlags::empty()), ("allocated-beyond", FallocateFlags::KEEP_SIZE)]
    {
        let file = File::create(folder.join(name)).unwrap();
        // Inodes without extents cannot have blocks that were never written.
        let _ = fallocate(&file, flags, 0, 60_000);
        file.write_all_at(&[b'a'; 9000], 8192).unwrap();
        file.sync_all().unwrap();
    }
}

fn fill_links(folder: &Path) {
    fs::create_dir_all(folder.join("sub")).unwrap();
    for n in 0..6 {
        let file = folder.join(format!("linked-{n}"));
        write(&file, b"linked");
        for link in 0..=n {
            fs::hard_link(&file, folder.join(format!("sub/link-{n}-{link}"))).unwrap();
        }
    }
    for length in [1, 20, 40, 59, 60, 200, 900] {
        symlink("t".repeat(length), folder.join(format!("symlink-{length}"))).unwrap();
    }
}

/// Inside the inode, in a block, in a block that several inodes share, and access lists.
fn fill_attributes(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for (kind, length) in [("inside", 20), ("block", 400), ("shared", 300), ("both", 30)] {
        for n in 0..4_u8 {
            let path = folder.join(format!("{kind}-{n}"));
            write(&path, b"attributes");
            // The value of a shared block has to be the same.
            let value = vec![if kind == "shared" { b's' } else { b'a' + n }; length];
            set(&path, "user.first", &value);
            if kind == "both" {
                set(&path, "user.second", &vec![n; 500]);
            }
        }
    }
    for n in 0..3 {
        let path = folder.join(format!("access-list-{n}"));
        write(&path, b"access list");
        set(&path, "system.posix_acl_access", &access_list(1000 + n));
        let path = folder.join(format!("default-access-list-{n}"));
        fs::create_dir(&path).unwrap();
        set(&path, "system.posix_acl_default", &access_list(1000 + n));
    }
}

/// `struct posix_acl_xattr_header` with entries: owner, one more user, group, mask, others.
fn access_list(user: u32) -> Vec<u8> {
    let none = u32::MAX;
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in
        [(1_u16, 7_u16, none), (2, 4, user), (4, 5, none), (0x10, 5, none), (0x20, 5, none)]
    {
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

fn set(path: &Path, name: &str, value: &[u8]) {
    setxattr(path, name, value, XattrFlags::empty()).unwrap();
}

fn write(path: &Path, content: &[u8]) {
    let file = File::create(path).unwrap();
    file.write_all_at(content, 0).unwrap();
    file.sync_all().unwrap();
}

/// Of 200 characters, so that a few of them fill a block.
fn long_name(n: usize) -> String {
    format!("name-{n:03}-{}", "x".repeat(191))
}
