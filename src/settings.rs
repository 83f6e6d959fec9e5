//! Settings files and suppressions: `.fscan.toml`, `fscan.toml` in the configuration folder, and
//! what `--suppress` names.
//!
//! Settings of a tree can hide findings, so a file that somebody else could have put there is not
//! heeded: only a regular file of this user or of root that nobody else may write is, and the
//! other ones are named on stderr. What was found is said as well.

mod applied;
mod defaults;
mod document;
mod find;
mod read;
mod suppressions;
mod table;
mod wrong;

use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::{PathName, Suppression};

use crate::arguments::{Command, SettingsArguments, Typed};
use crate::output;
use document::{Document, Folder};
use find::Found;

pub use defaults::{globs, rate, word};
pub use document::parse;
pub use read::relied_on;
pub use table::{Field, Table};
pub use wrong::Wrong;

/// The name of settings in a tree.
const IN_TREE: &str = ".fscan.toml";

/// Reads the files that concern a command, and changes what was not typed accordingly.
pub fn take_in(command: &mut Command, typed: &Typed) -> anyhow::Result<()> {
    let Some(asked) = asked(command) else { return Ok(()) };
    let mut suppressions = Vec::new();
    for path in &asked.settings.suppress {
        suppressions.extend(named(path, asked.quiet)?);
    }
    let mut in_force = None;
    let found = if asked.looks { find::find(asked.place, asked.patience)? } else { Found::none() };
    if !asked.quiet {
        found.remarks.iter().for_each(|remark| output::say(remark));
    }
    if let Some(file) = found.file {
        let document = Document::read(&file.text, &file.path, folder_of(&file.path))?;
        if !asked.quiet {
            let shown = PathName::from(file.path.as_path()).escaped();
            output::say(&format!("settings: {shown} (--no-settings goes without)"));
        }
        suppressions.extend(document.suppressions);
        in_force = Some(file.path);
        applied::apply(document.defaults, command, typed);
    }
    if let Some(settings) = settings_of(command) {
        settings.suppressions = suppressions;
        settings.file = in_force;
    }
    Ok(())
}

/// What a command says of settings.
struct Asked<'a> {
    settings: &'a SettingsArguments,
    /// What `.fscan.toml` is looked for above.
    place: Option<&'a Path>,
    /// Whether files are looked for that were not named.
    looks: bool,
    quiet: bool,
    /// How long a mount may take to answer; none waits for ever.
    patience: Option<Duration>,
}

/// None of a command that judges nothing. A place where meeting damage would panic the machine is
/// not looked at for settings either.
fn asked(command: &Command) -> Option<Asked<'_>> {
    let (result, place) = match command {
        Command::Scan(scan) => {
            let first = scan.paths.first().map(PathBuf::as_path);
            (&scan.result, first.filter(|path| scanner::may_be_looked_up(path, scan.force)))
        }
        Command::Diff(diff) => (&diff.result, Some(diff.before.as_path())),
        Command::Tar(tar) => {
            let place = Some(tar.directory.as_path());
            (&tar.result, place.filter(|path| scanner::may_be_looked_up(path, tar.force)))
        }
        Command::Stress(stress) => {
            let first = stress.places.first().map(|place| place.directory.as_path());
            (&stress.result, first.filter(|path| scanner::may_be_looked_up(path, stress.force)))
        }
        Command::Image(image) => (&image.result, Some(image.path.as_path())),
        Command::Env(env) => {
            let first = env.paths.first().map(PathBuf::as_path);
            (&env.result, first.filter(|path| scanner::may_be_looked_up(path, false)))
        }
        // What was left out of the parts stands in them.
        Command::Merge(merge) => (&merge.result, None),
        // Both repeat what was: what holds here and now is for whoever asks.
        Command::Replay(replay) => (&replay.result, None),
        Command::Report(report) => {
            let settings = &report.settings;
            return Some(Asked {
                settings,
                place: None,
                looks: false,
                quiet: false,
                patience: None,
            });
        }
        Command::Trend(_)
        | Command::Nightly(_)
        | Command::Explain(_)
        | Command::Completions { .. }
        | Command::Man { .. } => return None,
    };
    let judges = match command {
        Command::Tar(tar) => !tar.clean,
        Command::Stress(stress) => !stress.clean,
        Command::Replay(_) => false,
        _ => true,
    };
    let looks = judges && !result.settings.no_settings;
    let patience = match command {
        Command::Scan(scan) => scan.work.patience(),
        _ => None,
    };
    Some(Asked { settings: &result.settings, place, looks, quiet: result.quiet, patience })
}

/// The place of what was read in the arguments.
fn settings_of(command: &mut Command) -> Option<&mut SettingsArguments> {
    Some(match command {
        Command::Scan(scan) => &mut scan.result.settings,
        Command::Diff(diff) => &mut diff.result.settings,
        Command::Tar(tar) => &mut tar.result.settings,
        Command::Stress(stress) => &mut stress.result.settings,
        Command::Replay(replay) => &mut replay.result.settings,
        Command::Image(image) => &mut image.result.settings,
        Command::Env(env) => &mut env.result.settings,
        Command::Merge(merge) => &mut merge.result.settings,
        Command::Report(report) => &mut report.settings,
        Command::Trend(_)
        | Command::Nightly(_)
        | Command::Explain(_)
        | Command::Completions { .. }
        | Command::Man { .. } => return None,
    })
}

/// The suppressions of a file that the command line names: it is trusted whoever wrote it.
fn named(path: &Path, quiet: bool) -> anyhow::Result<Vec<Suppression>> {
    let text = read::named(path)?;
    let path = path.canonicalize().unwrap_or_else(|_| PathBuf::from(path));
    let document = Document::read(&text, &path, folder_of(&path))?;
    if document.has_defaults && !quiet {
        let shown = PathName::from(path.as_path()).escaped();
        output::say(&format!("{shown}: --suppress takes its suppressions, not its [defaults]"));
    }
    Ok(document.suppressions)
}

/// Paths in the settings of a tree count from their folder, those in other files from each PATH.
fn folder_of(file: &Path) -> Folder<'_> {
    file.parent().filter(|_| file.file_name().is_some_and(|name| name == IN_TREE))
}
