//! System calls that the standard wrappers lack. All `unsafe` code of this library is here, each
//! piece with the reason why it is sound; what comes out is safe to use and checked no further.
#![allow(unsafe_code)]

mod attempt;
mod cachestat;
mod close;
mod encryption;
mod end_with_parent;
mod fiemap;
mod filesystem_uuid;
mod getdents;
mod getfsmap;
mod ioprio;
mod lease;
mod mapping;
mod open_by_handle;
mod tune_sb_param;

pub use attempt::{Call, Ended, attempt};
pub use cachestat::cached_pages;
pub use close::{close, close_written};
pub use encryption::lacks_key;
pub use end_with_parent::end_with_parent;
pub use fiemap::{FiemapRoom, RawExtent, fiemap};
pub use filesystem_uuid::{btrfs_uuid, filesystem_uuid, xfs_uuid};
pub use getdents::{getdents64, until_nul};
pub use getfsmap::{FsmapKey, FsmapRecord, FsmapRoom, getfsmap};
pub use ioprio::set_idle_io_class;
pub use lease::is_open_for_writing;
pub use mapping::Mapping;
pub use open_by_handle::open_ext4_inode;
pub use tune_sb_param::tune_sb_params;
