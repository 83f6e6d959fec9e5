//! An inode whose extents were read.

use reports::Code;
use rustix::io::Errno;

use super::errno_name::errno_name;
use super::lookup::Refusal;
use super::{Anomalies, Anomaly, extent_order, extent_place, extent_size, mapped_blocks};
use crate::extents::{ExtentMap, MapError};
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;
use crate::inode_flags::InodeFlags;

/// An inode and its extents.
#[derive(Debug)]
pub struct Mapped<'a> {
    /// Its name in the directory that is looked at; none for that directory itself.
    pub name: Option<&'a [u8]>,
    /// What statx said.
    pub facts: &'a InodeFacts,
    /// Its flags (FS_IOC_GETFLAGS), where the filesystem has such.
    pub flags: Option<InodeFlags>,
    /// Its extents.
    pub map: &'a ExtentMap,
    /// What it lies on.
    pub filesystem: &'a Filesystem,
}

impl Mapped<'_> {
    /// Whether the flags say so; false where they are not known.
    pub fn is(&self, flag: InodeFlags) -> bool {
        self.flags.is_some_and(|flags| flags.contains(flag))
    }

    /// An anomaly of it.
    pub fn anomaly(
        &self,
        code: Code,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Anomaly {
        let mut anomaly = Anomaly::new(code, expected, found).inode(self.facts.ino());
        anomaly.name = self.name.map(Into::into);
        anomaly
    }
}

/// Puts every question about a map that was read to its end.
pub fn judge_map(mapped: &Mapped<'_>, anomalies: &mut Anomalies) {
    extent_order::judge(mapped, anomalies);
    extent_place::judge(mapped, anomalies);
    extent_size::judge(mapped, anomalies);
    mapped_blocks::judge(mapped, anomalies);
}

/// `extent-map-unreadable`: FIEMAP says that a block of the map is damaged, before the first
/// extent or behind one. False where the refusal has another reason.
pub fn judge_unreadable(mapped: &Mapped<'_>, error: MapError, anomalies: &mut Anomalies) -> bool {
    let expected = "the kernel can say where the content lies";
    let anomaly = |found: String| mapped.anomaly(Code::ExtentMapUnreadable, expected, found);
    let behind = mapped
        .map
        .extents
        .last()
        .map_or(String::new(), |last| format!(" behind byte {} of the file", last.end()));
    let said = |errno: Errno| format!("FIEMAP says {}{behind}", errno_name(errno));
    let found = match error {
        MapError::Refused(errno) => match Refusal::from(errno) {
            Refusal::Damage(errno) => anomaly(said(errno)).refused_with(errno),
            Refusal::Unexplained(Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS) => return false,
            Refusal::Unexplained(errno) => anomaly(said(errno)).only_suspect(),
            Refusal::Gone | Refusal::Denied | Refusal::OutOfResources | Refusal::NoAnswer => {
                return false;
            }
        },
        MapError::Backwards => {
            anomaly(format!("FIEMAP does not come to an end{behind}")).only_suspect()
        }
        MapError::TooMany => return false,
    };
    let answers = mapped.filesystem.oddities.answers_for_itself;
    anomalies.add(if answers { found } else { found.only_suspect() });
    true
}
