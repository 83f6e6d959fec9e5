//! Extended attributes and access control lists.
//!
//! A block of attributes begins with a header of 32 bytes (magic number, reference count, blocks,
//! hash, checksum); entries of 16 bytes and a name follow. In the inode a magic number of four
//! bytes stands before them.

use std::fs;
use std::path::Path;

use rustix::fs::{XattrFlags, setxattr};

use super::{NO_CHECKSUMS, ROW, Row, SUBDIRECTORIES, check};

rows! {
    // In a block: EUCLEAN from listxattr and getxattr, or EBADMSG where only the checksum is wrong.
    // The kernel looks for an access list when anybody but root opens the file, and refuses that
    // with the same error.
    attribute_block_without_its_magic_number {
        mkfs: NO_CHECKSUMS,
        extra: block_of_attributes,
        damage: |image| image.patch_block(image.attribute_block("/labelled"), 0, &[0; 4]),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_block_with_a_wrong_checksum {
        extra: block_of_attributes,
        damage: |image| image.patch_block(image.attribute_block("/labelled"), 16, &[0x5a; 4]),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_block_of_noise {
        mkfs: NO_CHECKSUMS,
        extra: block_of_attributes,
        damage: |image| image.randomize(image.attribute_block("/labelled"), 0, 4096),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_block_of_noise_with_checksums {
        extra: block_of_attributes,
        damage: |image| image.randomize(image.attribute_block("/labelled"), 0, 4096),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_block_of_noise_behind_its_header {
        mkfs: NO_CHECKSUMS,
        extra: block_of_attributes,
        damage: |image| image.randomize(image.attribute_block("/labelled"), 32, 4000),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_block_of_a_directory_without_its_magic_number {
        mkfs: NO_CHECKSUMS,
        extra: |top| attribute(&top.join("d"), "user.note", &[b'v'; 2000]),
        damage: |image| image.patch_block(image.attribute_block("/d"), 0, &[0; 4]),
        codes: &["attribute-unreadable"],
        codes_as_nobody: Some(&["directory-read-error"]),
        also: &["attribute-unreadable", "directory-read-error", "dot-entry-wrong", SUBDIRECTORIES],
        at: &["d"],
    }
    attribute_block_that_is_data {
        extra: block_of_attributes,
        damage: |image| image.set_inode("/labelled", "file_acl", image.block("/plain", 0)),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode", "extent-overlap", "used-blocks-mismatch"],
        at: &["labelled"],
    }
    attribute_block_beyond_the_device {
        extra: block_of_attributes,
        damage: |image| image.set_inode("/labelled", "file_acl", 0xfffff),
        codes: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_value_beyond_its_block {
        // Byte 2 of an entry is `e_value_offs`.
        mkfs: NO_CHECKSUMS,
        extra: block_of_attributes,
        damage: |image| image.patch_block(image.attribute_block("/labelled"), 34, &[0xf0, 0xff]),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_value_of_an_impossible_size {
        // Byte 8 of an entry is `e_value_size`.
        mkfs: NO_CHECKSUMS,
        extra: block_of_attributes,
        damage: |image| image.patch_block(image.attribute_block("/labelled"), 40, &[0xff; 4]),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_name_of_an_impossible_length {
        mkfs: NO_CHECKSUMS,
        extra: block_of_attributes,
        damage: |image| image.patch_block(image.attribute_block("/labelled"), 32, &[0xff]),
        codes: &["attribute-unreadable"],
        also: &["dirent-bad-inode"],
        at: &["labelled"],
    }
    attribute_in_an_inode_that_is_not_there {
        // getxattr says ESTALE. Byte 4 of an entry is `e_value_inum`.
        mkfs: &["-b", "4096", "-O", "ea_inode,^metadata_csum,^metadata_csum_seed"],
        extra: |top| attribute(&top.join("victim"), "user.large", &[b'v'; 9000]),
        damage: |image| {
            image.replace_in_inode("/victim", b"large", b"LARGE");
            let entry = [0, 0, 0xb8, 0x0b, 0, 0];
            image.replace_before_in_inode("/victim", b"LARGE", 14, &entry);
        },
        codes: &["attribute-unreadable"],
        lost: true,
        at: &["victim"],
    }
    // In the inode: EUCLEAN at lookup.
    attribute_in_the_inode_with_a_name_too_long {
        mkfs: NO_CHECKSUMS,
        extra: |top| attribute(&top.join("victim"), "user.note", b"value"),
        damage: |image| image.replace_before_in_inode("/victim", b"note", 16, &[0xf0]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    attribute_in_the_inode_with_a_value_beyond_it {
        mkfs: NO_CHECKSUMS,
        extra: |top| attribute(&top.join("victim"), "user.note", b"value"),
        damage: |image| image.replace_before_in_inode("/victim", b"note", 14, &[0xf0, 0xff]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    attribute_in_the_inode_with_a_value_too_large {
        mkfs: NO_CHECKSUMS,
        extra: |top| attribute(&top.join("victim"), "user.note", b"value"),
        damage: |image| {
            image.replace_before_in_inode("/victim", b"note", 8, &[0xff, 0xff, 0xff, 0x7f]);
        },
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extra_size_of_an_inode_too_large {
        // Byte 128 of an inode is `i_extra_isize`.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_inode("/victim", 128, &[0xf0, 0]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }

    // e2fsck does not look into access lists. getxattr says EINVAL of an unknown version or tag,
    // and so does open to anybody but root; a list that is not whole is handed out as it is.
    //
    // On disk an access control list is a version (4 bytes) and entries: a tag, permissions and,
    // for named users and groups alone, an id.
    access_list_of_another_version {
        mkfs: NO_CHECKSUMS,
        extra: listed,
        damage: |image| image.replace_in_inode("/victim", DISK_LIST, &[9]),
        codes: &["acl-invalid"],
        also: &["dirent-bad-inode"],
        at: &["victim"],
        fsck: false,
    }
    access_list_with_an_unknown_tag {
        mkfs: NO_CHECKSUMS,
        extra: listed,
        damage: |image| image.replace_in_inode("/victim", DISK_LIST, &[1, 0, 0, 0, 0x77]),
        codes: &["acl-invalid"],
        also: &["dirent-bad-inode"],
        at: &["victim"],
        fsck: false,
    }
    access_list_without_an_owner {
        // The tag of the owner's entry becomes that of others.
        mkfs: NO_CHECKSUMS,
        extra: listed,
        damage: |image| image.replace_in_inode("/victim", DISK_LIST, &[1, 0, 0, 0, 0x20]),
        codes: &["acl-invalid"],
        at: &["victim"],
        fsck: false,
    }
    access_list_with_impossible_permissions {
        mkfs: NO_CHECKSUMS,
        extra: listed,
        damage: |image| {
            image.replace_in_inode("/victim", DISK_LIST, &[1, 0, 0, 0, 1, 0, 0xff, 0xff]);
        },
        codes: &["acl-invalid"],
        at: &["victim"],
        fsck: false,
    }
    default_access_list_with_an_unknown_tag {
        mkfs: NO_CHECKSUMS,
        extra: |top| attribute(&top.join("d"), "system.posix_acl_default", LIST),
        damage: |image| image.replace_in_inode("/d", DISK_LIST, &[1, 0, 0, 0, 0x77]),
        codes: &["acl-invalid"],
        at: &["d"],
        fsck: false,
    }
}

/// A list as setxattr takes it: owner rw, user 1000 r, group r, mask r, others r.
#[rustfmt::skip]
const LIST: &[u8] = &[
    2, 0, 0, 0,
    0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,
    0x02, 0, 4, 0, 0xe8, 0x03, 0, 0,
    0x04, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
    0x10, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
    0x20, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
];

/// The same as ext4 stores it.
#[rustfmt::skip]
const DISK_LIST: &[u8] = &[
    1, 0, 0, 0,
    0x01, 0, 6, 0,
    0x02, 0, 4, 0, 0xe8, 0x03, 0, 0,
    0x04, 0, 4, 0,
    0x10, 0, 4, 0,
    0x20, 0, 4, 0,
];

fn listed(top: &Path) {
    attribute(&top.join("victim"), "system.posix_acl_access", LIST);
}

/// A file with two attributes that are too large for its inode.
fn block_of_attributes(top: &Path) {
    let path = top.join("labelled");
    fs::write(&path, "content").unwrap();
    attribute(&path, "user.note", &[b'v'; 1500]);
    attribute(&path, "user.other", &[b'w'; 500]);
}

fn attribute(path: &Path, name: &str, value: &[u8]) {
    setxattr(path, name, value, XattrFlags::empty()).unwrap();
}
