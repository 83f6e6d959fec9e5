//! A panic that takes away what it leaves.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::process::abort;

/// Does some work. A panic in it is told at once, but ends the process only when everything that
/// the work had is dropped: the fuzzer's own hook would end it before, and leave what is on disk.
pub fn unwound(work: impl FnOnce()) {
    let hook = take_hook();
    let done = catch_unwind(AssertUnwindSafe(work));
    set_hook(hook);
    if done.is_err() {
        abort();
    }
}
