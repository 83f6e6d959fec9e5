//! Where settings and suppressions come from.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};
use reports::Suppression;

/// Which findings are accepted, and by whom.
#[derive(Args, Debug)]
pub struct SettingsArguments {
    /// Accept the findings that this file names (tables `suppress` in TOML), each for a reason (may be
    /// given several times)
    #[arg(long, value_name = "FILE")]
    pub suppress: Vec<PathBuf>,

    /// Read neither `.fscan.toml` nor ~/.config/fscan/fscan.toml
    #[arg(long)]
    pub no_settings: bool,

    /// The file that was found, once it was looked for.
    #[arg(skip)]
    pub file: Option<PathBuf>,

    /// What the files say, once they were read.
    #[arg(skip)]
    pub suppressions: Vec<Suppression>,
}

/// The options that were typed, by the names of their fields: settings do not change them.
#[derive(Debug, Default)]
pub struct Typed(BTreeSet<String>);

impl Typed {
    /// Those of the command that is run.
    pub fn of(matches: &ArgMatches) -> Self {
        let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
        let typed = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let ids = matches.ids().map(clap::Id::as_str);
        Typed(ids.filter(typed).map(str::to_owned).collect())
    }

    /// Whether an option was typed.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains(field)
    }
}
