//! Work that says on stderr what should be known at once, and that a signal stops.

use std::sync::Arc;

use scanner::Control;

use crate::output;
use crate::signals::{self, Caught};

/// What such work is given, and the signal that stopped it. Must be called before any thread is
/// started, as [`signals::on_stop`].
pub fn begin(quiet: bool) -> anyhow::Result<(Arc<Control>, Caught)> {
    let control = Arc::new(Control::new(move |sentence| {
        if !quiet {
            output::say(sentence);
        }
    }));
    let stopper = Arc::clone(&control);
    let caught = signals::on_stop(move || stopper.stop())?;
    Ok((control, caught))
}
