//! Whether the kernel has the key of an encrypted directory (Documentation/filesystems/fscrypt.rst).
//! Without it a directory lists made-up names, and its files cannot be opened.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

/// `struct fscrypt_get_policy_ex_arg` with a policy of version 2 (include/uapi/linux/fscrypt.h).
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Policy {
    size: u64,
    version: u8,
    modes: [u8; 7],
    key: [u8; 16],
}

/// `struct fscrypt_get_key_status_arg`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct KeyStatus {
    kind: u32,
    reserved: u32,
    key: [u8; 16],
    rest_of_key: [u8; 16],
    reserved_too: [u32; 6],
    status: u32,
    flags: u32,
    users: u32,
    answer_reserved: [u32; 13],
}

/// `FS_IOC_GET_ENCRYPTION_POLICY_EX`; its number holds a size that is not that of the structure.
const GET_POLICY: Opcode = opcode::read_write::<[u8; 9]>(b'f', 22);

/// `FS_IOC_GET_ENCRYPTION_KEY_STATUS`.
const GET_KEY_STATUS: Opcode = opcode::read_write::<KeyStatus>(b'f', 26);

/// `FSCRYPT_POLICY_V2`. Older policies take their keys from a keyring of the process as well, of which
/// the filesystem does not tell.
const V2: u8 = 2;

/// `FSCRYPT_KEY_SPEC_TYPE_IDENTIFIER`.
const BY_IDENTIFIER: u32 = 2;

/// `FSCRYPT_KEY_STATUS_PRESENT`.
const PRESENT: u32 = 2;

/// Whether the key of an open directory is known to be missing, or to be on its way out.
pub fn lacks_key(directory: BorrowedFd<'_>) -> bool {
    key_status(directory).is_ok_and(|status| status.is_some_and(|status| status != PRESENT))
}

/// None for a policy whose key the filesystem may not know.
fn key_status(directory: BorrowedFd<'_>) -> Result<Option<u32>, Errno> {
    const ROOM: u64 = (size_of::<Policy>() - size_of::<u64>()) as u64;
    let mut policy = Policy { size: ROOM, ..Policy::default() };
    // SAFETY: the kernel reads `size`, and writes it and as many bytes behind it at most, where any
    // bytes are valid.
    unsafe { ioctl(directory, Updater::<GET_POLICY, Policy>::new(&mut policy)) }?;
    if policy.version != V2 {
        return Ok(None);
    }
    let mut status = KeyStatus { kind: BY_IDENTIFIER, key: policy.key, ..KeyStatus::default() };
    // SAFETY: the number stands for this structure, which the kernel reads and fills, and any bytes are
    // valid in every field.
    unsafe { ioctl(directory, Updater::<GET_KEY_STATUS, KeyStatus>::new(&mut status)) }?;
    Ok(Some(status.status))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;

    /// The numbers as the kernel's headers come to them.
    #[test]
    fn the_structures_have_the_kernel_s_sizes() {
        assert_eq!((size_of::<Policy>(), GET_POLICY), (32, 0xc009_6616));
        assert_eq!((size_of::<KeyStatus>(), GET_KEY_STATUS), (128, 0xc080_661a));
    }

    #[test]
    fn what_is_not_encrypted_lacks_no_key() {
        assert!(!lacks_key(File::open("/proc").unwrap().as_fd()));
    }
}
