//! ioprio_set(2): which class the calling thread's reads and writes are in.

use rustix::io::Errno;

/// `IOPRIO_WHO_PROCESS`; with 0 it is the calling thread.
const WHO_PROCESS: libc::c_int = 1;

/// `IOPRIO_CLASS_IDLE`, in the upper bits (include/uapi/linux/ioprio.h).
const IDLE: libc::c_int = 3 << 13;

/// Puts the calling thread, and threads that it starts from now on, into the idle class: the disk
/// serves it when nobody else asks. Schedulers that know no classes ignore it.
pub fn set_idle_io_class() -> Result<(), Errno> {
    // SAFETY: the call takes three numbers and touches no memory.
    let failed = unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0, IDLE) };
    if failed == 0 {
        return Ok(());
    }
    let error = std::io::Error::last_os_error();
    Err(Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anybody_may_be_idle() {
        // In a thread of its own: it could not be undone.
        assert_eq!(std::thread::spawn(set_idle_io_class).join().unwrap(), Ok(()));
    }
}
