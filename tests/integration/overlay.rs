//! Overlays, whose legitimate oddities look like damage: inode numbers of another layer, link
//! counts that turn to 1, hard links that break.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::harness::{Dir, Image, Mount, Need, files, in_lab, realistic};
use crate::healthy::expect_healthy;

const LAB: &[Need] = &[Need::Filesystem("overlay"), Need::Tool("setpriv")];

/// An overlay over `lower`, with the upper layer in `layers`.
fn overlay_on(dir: &Dir, lower: &Path, layers: &Path) -> Mount {
    let (upper, work) = (layers.join("upper"), layers.join("work"));
    fs::create_dir_all(&upper).unwrap();
    fs::create_dir_all(&work).unwrap();
    Mount::overlay(&dir.join("merged"), lower, &upper, &work)
}

/// Writes to lower files and folders in every way that makes overlay copy or hide them.
fn write_through(top: &Path) {
    append(&top.join("a/b/c/d/e/f/g/h/leaf"));
    append(&top.join("large"));
    fs::write(top.join("a/new"), "new").unwrap();
    fs::create_dir(top.join("many/new-folder")).unwrap();
    fs::remove_file(top.join("many/name-000001")).unwrap();
    fs::rename(top.join("many/name-000002"), top.join("many/renamed")).unwrap();
    fs::remove_dir_all(top.join("odd")).unwrap();
    fs::create_dir(top.join("odd")).unwrap();
    fs::write(top.join("odd/opaque"), "a folder made anew").unwrap();
    files(&top.join("empty"), 50);
}

/// One name of several is written to: it becomes a file of its own, the others keep their count.
fn break_hard_links(top: &Path) {
    append(&top.join("many/link-3"));
    fs::remove_file(top.join("many/link-4")).unwrap();
    fs::hard_link(top.join("many/link-5"), top.join("a/linked-above")).unwrap();
}

fn append(path: &Path) {
    let file = OpenOptions::new().append(true).open(path);
    file.unwrap().write_all(b" and more").unwrap();
}

/// A tmpfs for the layers, with an empty lower one.
fn layers(dir: &Dir) -> (Mount, PathBuf) {
    let layers = Mount::tmpfs(&dir.join("layers"), "size=128m");
    let lower = layers.join("lower");
    fs::create_dir(&lower).unwrap();
    (layers, lower)
}

#[test]
fn overlay_of_the_upper_layer_alone() {
    in_lab(LAB, |dir| {
        let (layers, lower) = layers(dir);
        let merged = overlay_on(dir, &lower, layers.point());
        realistic(merged.point());
        expect_healthy(dir, merged.point());
    });
}

#[test]
fn overlay_with_copied_up_directories() {
    in_lab(LAB, |dir| {
        let (layers, lower) = layers(dir);
        realistic(&lower);
        let merged = overlay_on(dir, &lower, layers.point());
        expect_healthy(dir, merged.point());
        write_through(merged.point());
        expect_healthy(dir, merged.point());
    });
}

#[test]
fn overlay_with_hard_links_broken_by_copy_up() {
    in_lab(LAB, |dir| {
        let (layers, lower) = layers(dir);
        realistic(&lower);
        let merged = overlay_on(dir, &lower, layers.point());
        break_hard_links(merged.point());
        expect_healthy(dir, merged.point());
    });
}

/// Layers on two filesystems: device numbers differ between files and folders, and what getdents
/// says of an inode number from what stat says.
#[test]
fn overlay_of_two_filesystems() {
    let needs = [LAB, &[Need::Loop, Need::Tool("mkfs.ext4")]].concat();
    in_lab(&needs, |dir| {
        let layers = Mount::tmpfs(&dir.join("layers"), "size=128m");
        let image = Image::ext4(dir, 64, &[]);
        image.fill_and_age(realistic);
        let lower = image.mount("ro,errors=remount-ro");
        let merged = overlay_on(dir, lower.point(), layers.point());
        expect_healthy(dir, merged.point());
        write_through(merged.point());
        break_hard_links(merged.point());
        expect_healthy(dir, merged.point());
    });
}
