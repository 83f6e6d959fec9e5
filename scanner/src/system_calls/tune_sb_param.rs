//! EXT4_IOC_GET_TUNE_SB_PARAM: parameters of the superblock, readable by anyone (Linux 6.18,
//! include/uapi/linux/ext4.h).

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::ioctl::{Getter, Opcode, ioctl, opcode};

/// `struct ext4_tune_sb_params`, under its fields' names.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct TuneSbParams {
    set_flags: u32,
    checkinterval: u32,
    pub errors_behavior: u16,
    mnt_count: u16,
    max_mnt_count: u16,
    raid_stride: u16,
    last_check_time: u64,
    reserved_blocks: u64,
    pub blocks_count: u64,
    default_mnt_opts: u32,
    reserved_uid: u32,
    reserved_gid: u32,
    raid_stripe_width: u32,
    encoding: u16,
    encoding_flags: u16,
    def_hash_alg: u8,
    pad_1: u8,
    pad_2: u16,
    pub feature_compat: u32,
    pub feature_incompat: u32,
    pub feature_ro_compat: u32,
    feature_masks: [u32; 6],
    mount_opts: [u8; 64],
    pad: [u8; 68],
}

/// `EXT4_IOC_GET_TUNE_SB_PARAM`.
const GET_TUNE_SB_PARAM: Opcode = opcode::read::<TuneSbParams>(b'f', 45);

/// Reads them of the filesystem that an open file or directory lies on. ENOTTY: not ext4, or an
/// older kernel.
pub fn tune_sb_params(file: BorrowedFd<'_>) -> Result<TuneSbParams, Errno> {
    // SAFETY: the number stands for this structure, which the kernel fills, and any bytes are
    // valid in every field.
    unsafe { ioctl(file, Getter::<GET_TUNE_SB_PARAM, TuneSbParams>::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structure_has_the_kernel_s_size() {
        assert_eq!(size_of::<TuneSbParams>(), 232);
        assert_eq!(GET_TUNE_SB_PARAM, 0x80e8_662d);
    }
}
