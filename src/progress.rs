//! Progress on stderr while a scan runs.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget};
use reports::escape;
use scanner::Control;

use crate::arguments::When;

/// How often the line is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// How much of a directory's path is shown, in characters from its end.
const SHOWN_PATH: usize = 36;

/// A line on stderr that is drawn until it is finished.
#[derive(Debug)]
pub struct Progress {
    done: Arc<AtomicBool>,
    drawer: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts drawing, unless stderr is no terminal or it is not wanted.
    pub fn start(control: &Arc<Control>, when: When, quiet: bool) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let wanted = !quiet && when.decide(io::stderr().is_terminal());
        let drawer = wanted.then(|| {
            let (control, done) = (Arc::clone(control), Arc::clone(&done));
            thread::spawn(move || draw(&control, &done))
        });
        Progress { done, drawer }
    }

    /// Removes the line.
    pub fn finish(self) {
        self.done.store(true, Ordering::Release);
        if let Some(drawer) = self.drawer {
            drawer.thread().unpark();
            let _ = drawer.join();
        }
    }
}

fn draw(control: &Control, done: &AtomicBool) {
    let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    line.set_style(indicatif::ProgressStyle::with_template("{msg}").unwrap_or_else(|_| {
        // The template is a constant that parses; without it the default style still shows.
        indicatif::ProgressStyle::default_bar()
    }));
    let begun = Instant::now();
    while !done.load(Ordering::Acquire) {
        line.set_message(message(control, begun.elapsed()));
        line.tick();
        thread::park_timeout(BEAT);
    }
    line.finish_and_clear();
}

fn message(control: &Control, elapsed: Duration) -> String {
    let entries = control.entries();
    let rate = entries as f64 / elapsed.as_secs_f64().max(0.001);
    let findings = control.findings();
    let at = control.current_directory().map(|path| tail(&escape(&path))).unwrap_or_default();
    format!(
        "{} entries, {}/s, {findings} findings, {} s  {at}",
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
