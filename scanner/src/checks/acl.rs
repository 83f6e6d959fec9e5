//! `acl-invalid`: an access control list that is none.
//!
//! Looks at the value of system.posix_acl_access or system.posix_acl_default as getxattr(2)
//! returns it (kernel include/uapi/linux/posix_acl_xattr.h): version 2, whole entries, one each
//! for owner, group and others, a mask where users or groups are named, all in order (acl(5),
//! kernel fs/posix_acl.c, `posix_acl_valid`). The kernel decodes what stands on the disk, so one
//! that it cannot decode is a refusal (EINVAL). Proves damaged attributes.

/// `POSIX_ACL_XATTR_VERSION`.
const VERSION: u32 = 2;

/// The permission bits.
const PERMISSIONS: u16 = 0o7;

// Tags, in the order that entries have.
const USER_OBJ: u16 = 0x01;
const USER: u16 = 0x02;
const GROUP_OBJ: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;

/// What is wrong with a list; none where nothing is.
pub fn fault(value: &[u8]) -> Option<String> {
    let Some((version, entries)) = value.split_first_chunk::<4>() else {
        return Some(format!("{} bytes, too short for any", value.len()));
    };
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Some(format!("version {version}"));
    }
    let (entries, rest) = entries.as_chunks::<8>();
    if !rest.is_empty() {
        return Some(format!("{} bytes, no whole number of entries", value.len()));
    }
    let tags: Vec<(u16, u16)> = entries
        .iter()
        .map(|[t0, t1, p0, p1, ..]| {
            (u16::from_le_bytes([*t0, *t1]), u16::from_le_bytes([*p0, *p1]))
        })
        .collect();
    fault_in(&tags)
}

fn fault_in(entries: &[(u16, u16)]) -> Option<String> {
    let count = |tag| entries.iter().filter(|(other, _)| *other == tag).count();
    let known = [USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER];
    if let Some((tag, _)) = entries.iter().find(|(tag, _)| !known.contains(tag)) {
        return Some(format!("an entry of the unknown kind {tag:#x}"));
    }
    if let Some((_, bits)) = entries.iter().find(|(_, bits)| bits & !PERMISSIONS != 0) {
        return Some(format!("an entry with the permissions {bits:#o}"));
    }
    for (tag, whose) in [(USER_OBJ, "owner"), (GROUP_OBJ, "group"), (OTHER, "others")] {
        if count(tag) != 1 {
            return Some(format!("{} entries for the {whose}", count(tag)));
        }
    }
    let masks = count(MASK);
    let named = count(USER) + count(GROUP) > 0;
    if masks > 1 || (named && masks == 0) {
        return Some(format!("{masks} masks"));
    }
    let sorted = entries.iter().map(|(tag, _)| tag).is_sorted();
    (!sorted).then(|| "entries out of order".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(u16, u16)]) -> Vec<u8> {
        let mut bytes = VERSION.to_le_bytes().to_vec();
        for (tag, permissions) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(permissions.to_le_bytes());
            bytes.extend(u32::MAX.to_le_bytes());
        }
        bytes
    }

    const SOUND: [(u16, u16); 5] =
        [(USER_OBJ, 6), (USER, 4), (GROUP_OBJ, 4), (MASK, 4), (OTHER, 0)];

    #[test]
    fn a_sound_list_has_no_fault() {
        assert_eq!(fault(&list(&SOUND)), None);
        assert_eq!(fault(&list(&[(USER_OBJ, 7), (GROUP_OBJ, 5), (OTHER, 5)])), None);
    }

    #[test]
    fn one_change_makes_it_unsound() {
        let change = |index: usize, entry: (u16, u16)| {
            let mut entries = SOUND;
            entries[index] = entry;
            fault(&list(&entries))
        };
        let table = [
            (change(0, (USER, 6)), "0 entries for the owner"),
            (change(4, (MASK, 0)), "0 entries for the others"),
            (change(3, (GROUP, 4)), "0 masks"),
            (change(1, (0x40, 4)), "an entry of the unknown kind 0x40"),
            (change(1, (USER, 0o10)), "an entry with the permissions 0o10"),
        ];
        for (found, expected) in table {
            assert_eq!(found.as_deref(), Some(expected));
        }
        let turned = [SOUND[4], SOUND[0], SOUND[1], SOUND[2], SOUND[3]];
        assert_eq!(fault(&list(&turned)).as_deref(), Some("entries out of order"));
        let mut longer = list(&SOUND);
        longer.push(0);
        assert_eq!(fault(&longer).as_deref(), Some("45 bytes, no whole number of entries"));
        assert_eq!(fault(&[2, 0]).as_deref(), Some("2 bytes, too short for any"));
        assert_eq!(fault(&[1, 0, 0, 0]).as_deref(), Some("version 1"));
    }
}
