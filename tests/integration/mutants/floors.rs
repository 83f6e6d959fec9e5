//! Recall that was reached, in per cent as the test prints it: less is a failure.

/// As root and as nobody.
pub(super) type Floor = [f64; 2];

/// Of all mutants that count.
pub(super) const OVERALL: Floor = [0.0, 0.0];

/// Of each class.
pub(super) const CLASS_FLOORS: &[(&str, Floor)] = &[
    ("inode-links-count", [0.0, 0.0]),
    ("inode-mode", [0.0, 0.0]),
    ("inode-size", [0.0, 0.0]),
    ("inode-block-count", [0.0, 0.0]),
    ("inode-flags", [0.0, 0.0]),
    ("inode-deletion-time", [0.0, 0.0]),
    ("inode-cleared", [0.0, 0.0]),
    ("inode-checksum", [0.0, 0.0]),
    ("inode-generation", [0.0, 0.0]),
    ("inode-byte", [0.0, 0.0]),
    ("mapping-into-file", [0.0, 0.0]),
    ("mapping-into-free", [0.0, 0.0]),
    ("mapping-into-metadata", [0.0, 0.0]),
    ("mapping-beyond-device", [0.0, 0.0]),
    ("mapping-index", [0.0, 0.0]),
    ("extent-length", [0.0, 0.0]),
    ("extent-logical", [0.0, 0.0]),
    ("extent-order", [0.0, 0.0]),
    ("extent-header", [0.0, 0.0]),
    ("extent-block-bytes", [0.0, 0.0]),
    ("pointer-block-bytes", [0.0, 0.0]),
    ("dirent-to-free-inode", [0.0, 0.0]),
    ("dirent-to-other-inode", [0.0, 0.0]),
    ("dirent-out-of-range", [0.0, 0.0]),
    ("dirent-name-length", [0.0, 0.0]),
    ("dirent-record-length", [0.0, 0.0]),
    ("dirent-file-type", [0.0, 0.0]),
    ("dirent-name-byte", [0.0, 0.0]),
    ("dirent-dots", [0.0, 0.0]),
    ("dirent-removed", [0.0, 0.0]),
    ("directory-block-bytes", [0.0, 0.0]),
    ("htree-root", [0.0, 0.0]),
    ("htree-entries", [0.0, 0.0]),
    ("htree-hash-seed", [0.0, 0.0]),
    ("block-leaked", [0.0, 0.0]),
    ("block-in-use-freed", [0.0, 0.0]),
    ("inode-bit-set", [0.0, 0.0]),
    ("inode-in-use-freed", [0.0, 0.0]),
    ("bitmap-overwritten", [0.0, 0.0]),
    ("group-free-counts", [0.0, 0.0]),
    ("superblock-free-counts", [0.0, 0.0]),
    ("attribute-block-byte", [0.0, 0.0]),
    ("attribute-refcount", [0.0, 0.0]),
    ("attribute-value-offset", [0.0, 0.0]),
    ("attribute-block-moved", [0.0, 0.0]),
    ("attribute-in-inode", [0.0, 0.0]),
    ("inode-table-bytes", [0.0, 0.0]),
    ("noise", [0.0, 0.0]),
    ("sector-zeroed", [0.0, 0.0]),
];

#[test]
fn each_class_has_a_floor() {
    let with_floor: Vec<&str> = CLASS_FLOORS.iter().map(|(name, _)| *name).collect();
    let classes: Vec<&str> = super::classes::CLASSES.iter().map(|class| class.name).collect();
    assert_eq!(with_floor, classes);
}
