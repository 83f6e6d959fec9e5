//! A member's header, and the PAX records for what does not fit into it.

use tar::{EntryType, Header};

use super::pax_records::PaxRecords;
use crate::archive::pax_time::format_time;
use crate::inode_facts::InodeFacts;

/// Bytes of ustar's fields for a name, its prefix and a link target.
const NAME: usize = 100;
const PREFIX: usize = 155;

/// The largest number in ustar's twelve digits with an end, and in its eight.
const LARGEST: u64 = 0o77_777_777_777;
const LARGEST_ID: u64 = 0o7_777_777;

/// What is to be written of one member.
#[derive(Clone, Copy, Debug)]
pub struct MemberHeader<'a> {
    /// Its name, with a slash at the end of a directory's.
    pub name: &'a [u8],
    /// Its type.
    pub entry_type: EntryType,
    /// Bytes of data.
    pub size: u64,
    /// The link target; empty for what is no link.
    pub link: &'a [u8],
}

impl MemberHeader<'_> {
    /// The header with its checksum, and the records that go before it.
    pub fn encode(&self, facts: &InodeFacts) -> (Header, PaxRecords) {
        let (mut header, mut records) = (Header::new_ustar(), PaxRecords::default());
        header.set_entry_type(self.entry_type);
        header.set_mode(u32::from(facts.mode()) & 0o7777);
        self.put_name(&mut header, &mut records);
        self.put_link(&mut header, &mut records);
        // The crate writes what is too large in GNU's binary form; the records say it portably.
        header.set_size(self.size);
        if self.size > LARGEST {
            records.push_number("size", self.size);
        }
        header.set_uid(u64::from(facts.uid));
        header.set_gid(u64::from(facts.gid));
        for (key, id) in [("uid", facts.uid), ("gid", facts.gid)] {
            if u64::from(id) > LARGEST_ID {
                records.push_number(key, u64::from(id));
            }
        }
        put_time(facts, &mut header, &mut records);
        header.set_cksum();
        (header, records)
    }

    fn put_name(&self, header: &mut Header, records: &mut PaxRecords) {
        let Some(ustar) = header.as_ustar_mut() else { return };
        let fitting = split_name(self.name);
        let (prefix, name) = fitting.unwrap_or((&[], self.name));
        put(&mut ustar.prefix, prefix);
        put(&mut ustar.name, name);
        if fitting.is_none() {
            records.push("path", self.name);
        }
    }

    fn put_link(&self, header: &mut Header, records: &mut PaxRecords) {
        put(&mut header.as_old_mut().linkname, self.link);
        if self.link.len() > NAME {
            records.push("linkpath", self.link);
        }
    }
}

fn put_time(facts: &InodeFacts, header: &mut Header, records: &mut PaxRecords) {
    let time = facts.modified_at();
    let seconds = u64::try_from(time.0).unwrap_or(0).min(LARGEST);
    header.set_mtime(seconds);
    if i64::try_from(seconds) != Ok(time.0) || time.1 != 0 {
        records.push("mtime", format_time(time).as_bytes());
    }
}

/// Prefix and name as ustar joins them with a slash; none where they do not fit.
fn split_name(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if name.len() <= NAME {
        return Some((&[], name));
    }
    // The first slash that leaves a name short enough; the one at the end separates nothing.
    let from = name.len() - NAME - 1;
    let slash = from + memchr::memchr(b'/', name.get(from..name.len() - 1)?)?;
    let (prefix, rest) = name.split_at_checked(slash)?;
    (1..=PREFIX).contains(&prefix.len()).then_some((prefix, rest.get(1..)?))
}

/// As much as there is room for.
fn put(field: &mut [u8], value: &[u8]) {
    field.iter_mut().zip(value).for_each(|(place, byte)| *place = *byte);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_where_both_parts_fit() {
        let name = |lengths: &[usize]| lengths.iter().map(|n| "x".repeat(*n)).collect::<Vec<_>>();
        let joined = |lengths: &[usize]| name(lengths).join("/").into_bytes();
        for (lengths, fits) in [
            (&[100][..], true),
            (&[101], false),
            (&[155, 100], true),
            (&[156, 100], false),
            (&[155, 101], false),
            (&[50, 50, 50, 50], true),
            (&[0, 100], false),
            (&[101, 0], false),
            (&[50, 99, 0], true),
        ] {
            let name = joined(lengths);
            let split = split_name(&name);
            assert_eq!(split.is_some(), fits, "{lengths:?}");
            if let Some((prefix, rest)) = split.filter(|(prefix, _)| !prefix.is_empty()) {
                assert_eq!([prefix, rest].join(&b'/'), name);
            }
        }
    }
}
