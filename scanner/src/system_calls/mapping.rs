//! mmap(2): a part of a file as memory, which breaks without ending the process.
//!
//! Where a file is cut short while it is mapped, or a page of it cannot be read, the kernel raises
//! SIGBUS in whoever looks at the page. A handler puts zeros in its place and notes that the mapping
//! is broken: what was seen is worth nothing then, and has to be read in another way. The handler
//! sees nothing but the process as a whole, so that the mappings stand in one list for all.

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, compiler_fence};

use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};
use rustix::param::page_size;

/// Mappings that there can be at once. A thread needs two at most.
const MOST: usize = 512;

static MAPPINGS: [Slot; MOST] = [const { Slot::new() }; MOST];

/// What was done at SIGBUS before.
static BEFORE: OnceLock<libc::sigaction> = OnceLock::new();

/// Where a mapping is. Aligned so that two threads do not share a cache line.
#[derive(Debug)]
#[repr(align(128))]
struct Slot {
    /// Its first byte, [`Slot::FREE`] or [`Slot::TAKEN`].
    begin: AtomicUsize,
    /// The byte behind its last.
    end: AtomicUsize,
    broken: AtomicBool,
}

impl Slot {
    const FREE: usize = 0;
    /// No address is as high, so that the range is an empty one.
    const TAKEN: usize = usize::MAX;

    const fn new() -> Self {
        let begin = AtomicUsize::new(Slot::FREE);
        Slot { begin, end: AtomicUsize::new(0), broken: AtomicBool::new(false) }
    }

    fn take() -> Option<&'static Slot> {
        MAPPINGS.iter().find(|slot| {
            let (gain, lose) = (Ordering::Acquire, Ordering::Relaxed);
            slot.begin.compare_exchange(Slot::FREE, Slot::TAKEN, gain, lose).is_ok()
        })
    }

    fn holds(&self, address: usize) -> bool {
        let begin = self.begin.load(Ordering::Acquire);
        begin != Slot::FREE && (begin..self.end.load(Ordering::Acquire)).contains(&address)
    }
}

/// A part of a file, mapped for reading.
#[derive(Debug)]
pub struct Mapping<'f> {
    address: *mut c_void,
    length: usize,
    slot: &'static Slot,
    file: PhantomData<BorrowedFd<'f>>,
}

impl<'f> Mapping<'f> {
    /// Maps a part of an open file that begins at a page. What lies behind the file's end is seen as
    /// broken.
    pub fn of(file: BorrowedFd<'f>, range: Range<u64>) -> Result<Self, Errno> {
        handle_sigbus()?;
        let length = usize::try_from(range.end.saturating_sub(range.start));
        let length = length.map_err(|_| Errno::OVERFLOW)?;
        let slot = Slot::take().ok_or(Errno::NOMEM)?;
        // SAFETY: the kernel chooses where, so that nothing else is there.
        let mapped = unsafe {
            mmap(std::ptr::null_mut(), length, ProtFlags::READ, MapFlags::SHARED, file, range.start)
        };
        let address = mapped.inspect_err(|_| slot.begin.store(Slot::FREE, Ordering::Release))?;
        slot.broken.store(false, Ordering::Release);
        slot.end.store((address as usize).saturating_add(length), Ordering::Release);
        slot.begin.store(address as usize, Ordering::Release);
        Ok(Mapping { address, length, slot, file: PhantomData })
    }

    /// What it shows. Whoever writes to the file meanwhile changes it, so that bytes may be added up
    /// and nothing else: no decision may be made by one that is looked at twice.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: so many bytes are mapped there for as long as this is, and where the kernel takes
        // a page away the handler brings another one. That others may write to them is more than
        // Rust allows of a slice; as everybody does who maps files, this relies on the sum of bytes
        // that change being the sum of some bytes.
        unsafe { std::slice::from_raw_parts(self.address.cast(), self.length) }
    }

    /// Whether all that was seen was in the file.
    pub fn is_whole(&self) -> bool {
        // What was looked at before must not be looked at after this.
        compiler_fence(Ordering::SeqCst);
        !self.slot.broken.load(Ordering::Acquire)
    }
}

impl Drop for Mapping<'_> {
    fn drop(&mut self) {
        self.slot.begin.store(Slot::TAKEN, Ordering::Release);
        // SAFETY: it was mapped with this length, and nobody borrows its bytes any more.
        let _ = unsafe { munmap(self.address, self.length) };
        self.slot.begin.store(Slot::FREE, Ordering::Release);
    }
}

/// Has [`on_sigbus`] called, from the first time on.
fn handle_sigbus() -> Result<(), Errno> {
    static DONE: OnceLock<Result<(), Errno>> = OnceLock::new();
    *DONE.get_or_init(|| {
        // Asked for here: the first time it reads files, which a handler must not.
        let _ = page_size();
        // SAFETY: of all zeros a sigaction is an empty one.
        let (mut action, mut before): (libc::sigaction, libc::sigaction) =
            unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_sigbus;
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        // SAFETY: both structures outlive the call, and the handler keeps to what a handler may do.
        let failed = unsafe { libc::sigaction(libc::SIGBUS, &raw const action, &raw mut before) };
        if failed != 0 {
            let error = std::io::Error::last_os_error();
            return Err(Errno::from_io_error(&error).unwrap_or(Errno::NOSYS));
        }
        let _ = BEFORE.set(before);
        Ok(())
    })
}

/// Puts zeros where a page of a mapping went away. Any other fault is left to whoever handled it
/// before; a signal that somebody sent ends the process, as it does of itself.
extern "C" fn on_sigbus(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel hands over a siginfo_t.
    let cause = unsafe { (*info).si_code };
    // Nothing else has an address in it, and makes an instruction be tried again.
    let is_fault = [libc::BUS_ADRALN, libc::BUS_ADRERR, libc::BUS_OBJERR, libc::BUS_MCEERR_AR];
    if !is_fault.contains(&cause) {
        // SAFETY: a handler may call both. The signal comes again when this one returns.
        unsafe {
            libc::signal(libc::SIGBUS, libc::SIG_DFL);
            libc::raise(libc::SIGBUS);
        }
        return;
    }
    // SAFETY: that of a fault holds an address.
    let address = unsafe { (*info).si_addr() } as usize;
    let mut ours = false;
    // Another thread may just be changing its own, which seems to hold the address for a moment.
    for slot in MAPPINGS.iter().filter(|slot| slot.holds(address)) {
        slot.broken.store(true, Ordering::Release);
        ours = true;
    }
    let page = page_size();
    let place = (address & !(page - 1)) as *mut c_void;
    let flags = MapFlags::PRIVATE | MapFlags::FIXED;
    // SAFETY: the page is one of a mapping that the thread which was interrupted looks at; it and
    // nobody else takes the place of that page. The call is the kernel's own.
    if ours && unsafe { mmap_anonymous(place, page, ProtFlags::READ, flags) }.is_ok() {
        return;
    }
    let before = BEFORE.get().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: sigaction is among what a handler may call, and takes what it gave. The instruction is
    // tried again, and raises the signal again.
    unsafe {
        if before.is_null() || libc::sigaction(libc::SIGBUS, before, std::ptr::null_mut()) != 0 {
            libc::signal(libc::SIGBUS, libc::SIG_DFL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::process::ExitStatusExt;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use super::*;

    const LENGTH: usize = 1 << 20;

    /// One of these tests takes all places.
    static ALONE: Mutex<()> = Mutex::new(());

    fn alone() -> MutexGuard<'static, ()> {
        ALONE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file() -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; LENGTH]).unwrap();
        file
    }

    #[test]
    fn it_shows_what_is_in_the_file() {
        let _alone = alone();
        let file = file();
        let mapping = Mapping::of(file.as_fd(), (LENGTH / 2) as u64..LENGTH as u64).unwrap();
        assert_eq!(mapping.bytes(), vec![7; LENGTH / 2]);
        assert!(mapping.is_whole());
    }

    #[test]
    fn a_file_that_is_cut_short_breaks_its_mapping_and_nothing_else() {
        let _alone = alone();
        let (file, other) = (file(), file());
        let mapping = Mapping::of(file.as_fd(), 0..LENGTH as u64).unwrap();
        let sound = Mapping::of(other.as_fd(), 0..LENGTH as u64).unwrap();
        file.set_len(LENGTH as u64 / 2).unwrap();
        let sum: usize = mapping.bytes().iter().map(|byte| usize::from(*byte)).sum();
        assert_eq!(sum, 7 * LENGTH / 2, "zeros stand behind the end");
        assert!(!mapping.is_whole());
        assert!(sound.bytes().iter().all(|byte| *byte == 7));
        assert!(sound.is_whole());
        drop(mapping);
        let again = Mapping::of(other.as_fd(), 0..LENGTH as u64).unwrap();
        assert!(again.is_whole(), "a mapping does not inherit what befell another");
    }

    #[test]
    fn many_threads_lose_their_files_at_once() {
        let _alone = alone();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let file = file();
                        let mapping = Mapping::of(file.as_fd(), 0..LENGTH as u64).unwrap();
                        assert_eq!(mapping.bytes().first(), Some(&7));
                        file.set_len(0).unwrap();
                        assert!(mapping.bytes().iter().all(|byte| *byte == 0));
                        assert!(!mapping.is_whole());
                    }
                });
            }
        });
    }

    #[test]
    fn beyond_their_number_there_are_no_more() {
        let _alone = alone();
        let file = file();
        let page = page_size() as u64;
        let all: Vec<_> = (0..=MOST).map(|_| Mapping::of(file.as_fd(), 0..page)).collect();
        assert!(all.iter().any(|mapping| matches!(mapping, Err(Errno::NOMEM))));
        drop(all);
        assert!(Mapping::of(file.as_fd(), 0..page).is_ok());
    }

    /// Runs `body` in a process of its own, and tells which signal ended that.
    fn signal_that_ends(test: &str, body: impl FnOnce()) -> Option<i32> {
        const ROLE: &str = "FSCAN_TEST_RAISE_SIGBUS";
        if std::env::var_os(ROLE).is_some() {
            body();
            std::process::exit(0);
        }
        let program = std::env::current_exe().unwrap();
        let mut command = std::process::Command::new(program);
        let name = format!("system_calls::mapping::tests::{test}");
        command.args(["--exact", &name]).env(ROLE, "1").output().unwrap().status.signal()
    }

    #[test]
    fn a_fault_elsewhere_ends_the_process_as_ever() {
        let ended = signal_that_ends("a_fault_elsewhere_ends_the_process_as_ever", || {
            let file = file();
            drop(Mapping::of(file.as_fd(), 0..LENGTH as u64).unwrap());
            let flags = MapFlags::SHARED;
            // SAFETY: the kernel chooses where.
            let other =
                unsafe { mmap(std::ptr::null_mut(), LENGTH, ProtFlags::READ, flags, &file, 0) };
            file.set_len(0).unwrap();
            // SAFETY: it is mapped; that looking at it raises SIGBUS is the purpose.
            unsafe { std::ptr::read_volatile(other.unwrap().cast::<u8>()) };
        });
        assert_eq!(ended, Some(libc::SIGBUS));
    }

    #[test]
    fn a_sigbus_that_was_sent_ends_the_process() {
        let ended = signal_that_ends("a_sigbus_that_was_sent_ends_the_process", || {
            drop(Mapping::of(file().as_fd(), 0..LENGTH as u64).unwrap());
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::BUS).unwrap();
            std::thread::sleep(std::time::Duration::from_secs(1));
        });
        assert_eq!(ended, Some(libc::SIGBUS));
    }
}
