//! Progress on stderr while a scan runs.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{
    BinaryBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle,
};
use reports::escape;
use scanner::Control;

use crate::arguments::When;
use crate::output;

/// How often the line is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// How much of a directory's path is shown, in characters from its end.
const SHOWN_PATH: usize = 36;

/// How often a line is written where stderr is no terminal that could redraw it.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// How long the speed is watched before it says how long the rest will take.
const SETTLED: Duration = Duration::from_secs(3);

/// Progress on stderr that goes on until it is finished.
#[derive(Debug)]
pub struct Progress {
    done: Arc<AtomicBool>,
    drawer: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts, unless stderr is no terminal or progress is not wanted.
    pub fn start(control: &Arc<Control>, when: When, quiet: bool) -> Self {
        let control = Arc::clone(control);
        Progress::show(move |elapsed| message(&control, elapsed), when, quiet)
    }

    /// The same, of other work, whose line `message` makes from the time since it began.
    pub fn show(
        message: impl Fn(Duration) -> String + Send + 'static,
        when: When,
        quiet: bool,
    ) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let terminal = io::stderr().is_terminal();
        let wanted = !quiet && when.decide(terminal);
        let finished = Arc::clone(&done);
        let show =
            move || if terminal { draw(&message, &finished) } else { log(&message, &finished) };
        // Where no thread can be started the scan goes on unwatched.
        let drawer = wanted.then(|| thread::Builder::new().spawn(show).ok()).flatten();
        Progress { done, drawer }
    }

    /// Ends it; a line on a terminal is removed.
    pub fn finish(self) {
        self.done.store(true, Ordering::Release);
        if let Some(drawer) = self.drawer {
            drawer.thread().unpark();
            let _ = drawer.join();
        }
    }
}

/// One line that is drawn again and again.
fn draw(message: &dyn Fn(Duration) -> String, done: &AtomicBool) {
    let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        line.set_style(style);
    }
    let begun = Instant::now();
    while !done.load(Ordering::Acquire) {
        line.set_message(message(begun.elapsed()));
        line.tick();
        thread::park_timeout(BEAT);
    }
    line.finish_and_clear();
}

/// A line now and then, and one at the end.
fn log(message: &dyn Fn(Duration) -> String, done: &AtomicBool) {
    let begun = Instant::now();
    loop {
        if !done.load(Ordering::Acquire) {
            thread::park_timeout(LINE_EVERY);
        }
        output::say(&message(begun.elapsed()));
        if done.load(Ordering::Acquire) {
            return;
        }
    }
}

fn message(control: &Control, elapsed: Duration) -> String {
    let entries = control.entries();
    let rate = entries as f64 / elapsed.as_secs_f64().max(0.001);
    let findings = control.findings();
    let at = control.current_directory().map(|path| tail(&escape(&path))).unwrap_or_default();
    let content = amount(control.bytes(), control.known_bytes(), control.expected_bytes(), elapsed);
    format!(
        "{} entries, {}/s, {content}{findings} findings, {} s  {at}",
        HumanCount(entries),
        HumanCount(rate as u64),
        elapsed.as_secs(),
    )
}

/// How much was read, and how long the rest will take.
fn amount(read: u64, known: u64, expected: Option<u64>, elapsed: Duration) -> String {
    let done = read.saturating_add(known);
    if done == 0 {
        return String::new();
    }
    let Some(expected) = expected.filter(|expected| *expected > done) else {
        return format!("{} read, ", BinaryBytes(done));
    };
    let of = format!("{} of {}", BinaryBytes(done), BinaryBytes(expected));
    match time_left(read, expected - done, elapsed) {
        Some(left) => format!("{of}, about {} left, ", HumanDuration(left)),
        None => format!("{of}, "),
    }
}

/// How long `left` bytes take, at the mean speed so far; none in the first seconds.
fn time_left(read: u64, left: u64, elapsed: Duration) -> Option<Duration> {
    let seconds = elapsed.as_secs_f64() * left as f64 / read.max(1) as f64;
    let known = read > 0 && elapsed >= SETTLED;
    Duration::try_from_secs_f64(seconds).ok().filter(|_| known)
}

/// The end of a path that is too long to show.
fn tail(path: &str) -> String {
    let skipped = path.chars().count().saturating_sub(SHOWN_PATH);
    if skipped == 0 {
        return path.to_owned();
    }
    let end: String = path.chars().skip(skipped).collect();
    format!("...{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_was_read() {
        let ten = Duration::from_secs(10);
        assert_eq!(time_left(100, 300, ten), Some(Duration::from_secs(30)));
        assert_eq!(time_left(100, 300, Duration::from_secs(1)), None, "too early");
        assert_eq!(time_left(0, 300, ten), None, "nothing was read");
    }

    #[test]
    fn content_is_told_with_what_earlier_runs_read() {
        const MIB: u64 = 1 << 20;
        let told = |read, known, expected| amount(read, known, expected, Duration::from_secs(10));
        assert_eq!(told(0, 0, Some(MIB)), "", "nothing was read");
        assert_eq!(told(MIB, MIB, None), "2.00 MiB read, ");
        assert_eq!(told(MIB, MIB, Some(4 * MIB)), "2.00 MiB of 4.00 MiB, about 20 seconds left, ");
        assert_eq!(told(0, MIB, Some(4 * MIB)), "1.00 MiB of 4.00 MiB, ");
        assert_eq!(told(5 * MIB, 0, Some(4 * MIB)), "5.00 MiB read, ", "a wrong guess");
    }
}
