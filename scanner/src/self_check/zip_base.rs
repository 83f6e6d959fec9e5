//! Where a zip archive begins in its file: programs that unpack themselves, scripts and other
//! formats' headers stand before one.
//!
//! The end record and its own place say how long that is, and a local header where an entry says
//! it is proves it. Where they all stand as if nothing were before, the end record is wrong.

use std::os::fd::BorrowedFd;

use super::zip_directory::{Directory, Entries};
use super::zip_entry::Entry;
use super::zip_local::Local;

/// Where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// At this byte.
    At(u64),
    /// What the end record says of its directory, and what is.
    Contradiction(String, String),
    /// Not to be said.
    Unclear,
}

/// Finds it. `begins_as_one`: the file begins with a local header.
pub fn of(
    file: BorrowedFd<'_>,
    directory: &Directory,
    entries: &Entries<'_>,
    begins_as_one: bool,
) -> Base {
    let stands_at = |shift| move |entry: Entry| stands(&entry, file, shift);
    let mut all = entries.clone();
    match directory.shift() {
        Some(0) if begins_as_one || directory.size == 0 => Base::At(0),
        Some(0) if all.any(|entry| entry.offset == 0 || stands(&entry, file, 0)) => Base::At(0),
        Some(shift) if shift > 0 && all.any(stands_at(shift)) => Base::At(shift),
        Some(0) => Base::Unclear,
        _ if entries.clone().next().is_some() && entries.clone().all(stands_at(0)) => {
            let told = |place| format!("a central directory at byte {place}");
            Base::Contradiction(told(directory.offset), told(directory.start))
        }
        _ => Base::Unclear,
    }
}

/// Whether an entry's local header is where it says, behind `shift` bytes.
fn stands(entry: &Entry, file: BorrowedFd<'_>, shift: u64) -> bool {
    let place = entry.offset.checked_add(shift);
    let local = place.and_then(|place| Local::read(file, place, entry));
    local.is_some_and(|local| local.name == entry.name)
}
