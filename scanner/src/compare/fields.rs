//! Metadata, field by field.

use std::cmp::Ordering;

use reports::{Timestamp, escape};

use super::difference::FieldChange;
use super::options::{Field, IgnoredFields};
use crate::inode_facts::InodeTime;
use crate::manifest::hex::to_hex;
use crate::manifest::{AttributeDigest, Entry};

/// The fields of two entries of one type that differ.
pub(super) fn compare(before: &Entry, after: &Entry, ignore: IgnoredFields) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let mut note = |field, name, differs: bool, values: &dyn Fn() -> (String, String)| {
        if differs && !ignore.has(field) {
            let (old, new) = values();
            changes.push(FieldChange::new(name, old, new));
        }
    };
    note(Field::Mode, "mode", before.mode != after.mode, &|| {
        (format!("{:04o}", before.mode), format!("{:04o}", after.mode))
    });
    note(Field::Owner, "owner", before.uid != after.uid, &|| {
        (before.uid.to_string(), after.uid.to_string())
    });
    note(Field::Group, "group", before.gid != after.gid, &|| {
        (before.gid.to_string(), after.gid.to_string())
    });
    let other_time = !is_same_time(before.modified_at, after.modified_at);
    note(Field::Mtime, "mtime", other_time, &|| {
        (time(before.modified_at), time(after.modified_at))
    });
    note(Field::Target, "target", before.target != after.target, &|| {
        (target(before), target(after))
    });
    note(Field::Device, "device", before.device != after.device, &|| {
        (device(before), device(after))
    });
    if before.attributes != after.attributes {
        compare_attributes(&before.attributes, &after.attributes, ignore, &mut changes);
    }
    changes
}

/// Whether a time is the same as far as the copy can tell: tar archives of the old formats
/// and some filesystems keep whole seconds.
pub(super) fn is_same_time(before: InodeTime, after: InodeTime) -> bool {
    before == after || (before.0 == after.0 && after.1 == 0)
}

fn target(entry: &Entry) -> String {
    entry.target.as_deref().map_or_else(|| "none".to_owned(), escape)
}

fn device(entry: &Entry) -> String {
    entry.device.map_or_else(|| "none".to_owned(), |(major, minor)| format!("{major}:{minor}"))
}

/// A time in full, since a nanosecond is a difference.
fn time((seconds, nanoseconds): InodeTime) -> String {
    let whole = Timestamp::from_unix_seconds(seconds).map(|whole| whole.to_string());
    match whole.as_deref().and_then(|text| text.split_once('.')) {
        Some((whole, _)) => format!("{whole}.{nanoseconds:09}Z"),
        None => format!("{seconds} s and {nanoseconds} ns since 1970"),
    }
}

/// A merge of the two lists, which stand in the order of their names.
fn compare_attributes(
    before: &[AttributeDigest],
    after: &[AttributeDigest],
    ignore: IgnoredFields,
    changes: &mut Vec<FieldChange>,
) {
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    while let Some(order) = match (old.peek(), new.peek()) {
        (Some(old), Some(new)) => Some(old.0.cmp(&new.0)),
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (None, None) => None,
    } {
        let was = if order.is_le() { old.next() } else { None };
        let is = if order.is_ge() { new.next() } else { None };
        let Some((name, _)) = was.or(is) else { return };
        if was.map(|(_, hash)| hash) != is.map(|(_, hash)| hash) && !is_ignored(name, ignore) {
            changes.push(FieldChange::new(&called(name), value(was), value(is)));
        }
    }
}

fn value(attribute: Option<&AttributeDigest>) -> String {
    attribute.map_or_else(|| "none".to_owned(), |(_, hash)| format!("value {}", to_hex(hash)))
}

fn is_ignored(name: &[u8], ignore: IgnoredFields) -> bool {
    ignore.has(Field::Attributes)
        || (ignore.has(Field::Acl) && is_acl(name))
        || (ignore.has_trusted() && is_trusted(name))
}

/// Whether one side has attributes that the other was not shown.
pub(super) fn hide_attributes(before: &Entry, after: &Entry, ignore: IgnoredFields) -> bool {
    let hidden = |(name, _): &&AttributeDigest| is_trusted(name);
    let sides = [before, after].map(|entry| entry.attributes.iter());
    let [before, after] = sides.map(|attributes| attributes.filter(hidden));
    ignore.has_trusted() && !ignore.has(Field::Attributes) && before.ne(after)
}

fn is_trusted(name: &[u8]) -> bool {
    name.starts_with(b"trusted.")
}

fn is_acl(name: &[u8]) -> bool {
    matches!(name, b"system.posix_acl_access" | b"system.posix_acl_default")
}

fn called(name: &[u8]) -> String {
    match name {
        b"system.posix_acl_default" => "default acl".to_owned(),
        _ if is_acl(name) => "acl".to_owned(),
        _ => format!("attribute {}", escape(name)),
    }
}
