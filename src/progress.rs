//! Progress on stderr while a scan runs.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{BinaryBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
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

/// Progress on stderr that goes on until it is finished.
#[derive(Debug)]
pub struct Progress {
    done: Arc<AtomicBool>,
    drawer: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts, unless stderr is no terminal or progress is not wanted.
    pub fn start(control: &Arc<Control>, when: When, quiet: bool) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let terminal = io::stderr().is_terminal();
        let wanted = !quiet && when.decide(terminal);
        let (control, finished) = (Arc::clone(control), Arc::clone(&done));
        let show =
            move || if terminal { draw(&control, &finished) } else { log(&control, &finished) };
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
fn draw(control: &Control, done: &AtomicBool) {
    let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        line.set_style(style);
    }
    let begun = Instant::now();
    while !done.load(Ordering::Acquire) {
        line.set_message(message(control, begun.elapsed()));
        line.tick();
        thread::park_timeout(BEAT);
    }
    line.finish_and_clear();
}

/// A line now and then, and one at the end.
fn log(control: &Control, done: &AtomicBool) {
    let begun = Instant::now();
    loop {
        if !done.load(Ordering::Acquire) {
            thread::park_timeout(LINE_EVERY);
        }
        output::say(&message(control, begun.elapsed()));
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
    let bytes = control.bytes();
    let read = if bytes > 0 { format!("{} read, ", BinaryBytes(bytes)) } else { String::new() };
    format!(
        "{} entries, {}/s, {read}{findings} findings, {} s  {at}",
        HumanCount(entries),
        HumanCount(rate as u64),
        elapsed.as_secs(),
    )
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
