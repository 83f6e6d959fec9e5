//! Records before a member that belong to it: PAX and GNU tar's long names.

use super::ArchiveError;
use super::header::RawHeader;
use super::pax::PaxRecords;

/// What stood before a member's header.
#[derive(Debug, Default)]
pub struct Extensions {
    /// PAX records. They never are for a long-name record that follows, only for the member.
    pub pax: Option<PaxRecords>,
    /// The name that GNU tar put into a record of its own.
    pub long_name: Option<Vec<u8>>,
    /// The link target that GNU tar put into a record of its own.
    pub long_link: Option<Vec<u8>>,
}

impl Extensions {
    /// Whether nothing waits for a member.
    pub fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none() && self.long_link.is_none()
    }

    /// The member's name.
    pub fn name(&self, header: &RawHeader, offset: u64) -> Result<Vec<u8>, ArchiveError> {
        let pax = self.pax.as_ref();
        let pax = pax.and_then(|pax| pax.sparse.name.as_ref().or(pax.path.as_ref()));
        let told = one_of(pax, self.long_name.as_ref(), offset)?;
        Ok(told.map_or_else(|| header.name(), <[u8]>::to_vec))
    }

    /// The member's link target.
    pub fn link(&self, header: &RawHeader, offset: u64) -> Result<Vec<u8>, ArchiveError> {
        let pax = self.pax.as_ref().and_then(|pax| pax.link.as_ref());
        let told = one_of(pax, self.long_link.as_ref(), offset)?;
        Ok(told.unwrap_or_else(|| header.link_name()).to_vec())
    }
}

/// GNU tar prefers the PAX record, others the long name.
fn one_of<'a>(
    pax: Option<&'a Vec<u8>>,
    long: Option<&'a Vec<u8>>,
    offset: u64,
) -> Result<Option<&'a [u8]>, ArchiveError> {
    match (pax, long) {
        (Some(pax), Some(long)) if pax != long => {
            Err(ArchiveError::Ambiguous { offset, what: "has two names or two link targets" })
        }
        _ => Ok(pax.or(long).map(Vec::as_slice)),
    }
}

/// Puts a record in its place, which must be empty.
pub fn put_once<T>(
    place: &mut Option<T>,
    value: T,
    record: &'static str,
    offset: u64,
) -> Result<(), ArchiveError> {
    if place.replace(value).is_some() {
        return Err(ArchiveError::Twice { offset, record });
    }
    Ok(())
}

/// A long name without the NUL that ends it. One inside stays, and is refused with the member.
pub fn without_end(mut name: Vec<u8>) -> Vec<u8> {
    let end = name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    name.truncate(end);
    name
}
