//! Recall that was reached, in per cent as the test prints it: less is a failure.

/// As root and as nobody.
pub(super) type Floor = [f64; 2];

/// Of all mutants that count.
pub(super) const OVERALL: Floor = [91.1, 87.8];

/// Of each class.
pub(super) const CLASS_FLOORS: &[(&str, Floor)] = &[
    ("inode-links-count", [100.0, 100.0]),
    ("inode-mode", [100.0, 100.0]),
    ("inode-size", [75.0, 75.0]),
    ("inode-block-count", [100.0, 91.7]),
    ("inode-flags", [80.0, 80.0]),
    ("inode-deletion-time", [85.7, 85.7]),
    ("inode-cleared", [100.0, 100.0]),
    ("inode-checksum", [100.0, 100.0]),
    ("inode-generation", [100.0, 100.0]),
    ("inode-byte", [100.0, 100.0]),
    ("mapping-into-file", [100.0, 91.7]),
    ("mapping-into-free", [100.0, 100.0]),
    ("mapping-into-metadata", [100.0, 100.0]),
    ("mapping-beyond-device", [100.0, 100.0]),
    ("mapping-index", [100.0, 100.0]),
    ("extent-length", [100.0, 100.0]),
    ("extent-logical", [100.0, 100.0]),
    ("extent-order", [100.0, 100.0]),
    ("extent-header", [100.0, 100.0]),
    ("extent-block-bytes", [100.0, 100.0]),
    ("pointer-block-bytes", [100.0, 100.0]),
    ("dirent-to-free-inode", [100.0, 100.0]),
    ("dirent-to-other-inode", [100.0, 100.0]),
    ("dirent-out-of-range", [100.0, 100.0]),
    ("dirent-name-length", [100.0, 85.7]),
    ("dirent-record-length", [100.0, 100.0]),
    ("dirent-file-type", [100.0, 100.0]),
    ("dirent-name-byte", [100.0, 100.0]),
    ("dirent-dots", [100.0, 94.1]),
    ("dirent-removed", [85.7, 57.1]),
    ("directory-block-bytes", [100.0, 87.5]),
    ("htree-root", [100.0, 100.0]),
    ("htree-entries", [100.0, 62.5]),
    ("htree-hash-seed", [100.0, 100.0]),
    ("block-leaked", [81.8, 81.8]),
    ("block-in-use-freed", [100.0, 94.4]),
    ("inode-bit-set", [46.2, 23.1]),
    ("inode-in-use-freed", [61.5, 61.5]),
    ("bitmap-overwritten", [62.5, 62.5]),
    ("group-free-counts", [75.0, 66.7]),
    ("superblock-free-counts", [0.0, 0.0]),
    ("attribute-block-byte", [37.5, 37.5]),
    ("attribute-refcount", [0.0, 0.0]),
    ("attribute-value-offset", [100.0, 100.0]),
    ("attribute-block-moved", [100.0, 100.0]),
    ("attribute-in-inode", [71.4, 71.4]),
    ("inode-table-bytes", [80.0, 80.0]),
    ("noise", [100.0, 100.0]),
    ("sector-zeroed", [100.0, 100.0]),
];

#[test]
fn each_class_has_a_floor() {
    let with_floor: Vec<&str> = CLASS_FLOORS.iter().map(|(name, _)| *name).collect();
    let classes: Vec<&str> = super::classes::CLASSES.iter().map(|class| class.name).collect();
    assert_eq!(with_floor, classes);
}
