//! The programs that keep beads, and what they are asked for.

use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reports::{PathName, Report, Verdict};
use scanner::program;

use super::title;

/// The label of beads that are opened.
const LABEL: &str = "fscan";

/// Where a program finds the text: both of them read files, and this is what they are given.
const TEXT: &str = "/dev/stdin";

/// What a client is asked for. The text stands on its standard input.
#[derive(Debug)]
pub enum Order<'a> {
    /// A comment on a bead.
    Comment {
        /// The bead.
        id: &'a str,
    },
    /// A bead.
    Open {
        /// One line.
        title: String,
        /// `bug` or `task`.
        kind: &'static str,
        /// 0 is the most urgent, 4 the least.
        priority: u8,
    },
}

impl<'a> Order<'a> {
    /// A comment on `id`.
    pub fn comment(id: &'a str) -> Self {
        Order::Comment { id }
    }

    /// A bead for what a report says.
    pub fn open(report: &Report) -> Self {
        let (kind, priority) = match report.verdict {
            Verdict::Corrupt => ("bug", 0),
            Verdict::Suspect => ("bug", 1),
            Verdict::AtRisk => ("bug", 2),
            Verdict::Healthy => ("task", 3),
        };
        Order::Open { title: title::of(report), kind, priority }
    }

    /// What became of it.
    pub fn done(&self) -> &'static str {
        match self {
            Order::Comment { .. } => "commented",
            Order::Open { .. } => "opened",
        }
    }
}

/// A program that keeps beads.
#[derive(Debug)]
pub struct Client {
    /// What it is called.
    pub name: &'static str,
    /// How the text of a bead that is opened is given to it.
    body: [&'static str; 2],
}

/// The first client. Comments from files: 0.24 and later.
static BD: Client = Client { name: "bd", body: ["--body-file", "-"] };

/// The second client (beads_rust).
static BR: Client = Client { name: "br", body: ["--description-file", TEXT] };

impl Client {
    /// Its arguments. They reach it as they are: no shell reads them.
    pub fn arguments(&self, order: &Order<'_>) -> Vec<String> {
        match order {
            Order::Comment { id } => {
                ["comments", "add", id, "-f", TEXT, "--json"].map(str::to_owned).into()
            }
            Order::Open { title, kind, priority } => {
                let priority = priority.to_string();
                let head = ["create", title, "-t", kind, "-p", &priority, "-l", LABEL];
                let words = head.into_iter().chain(self.body).chain(["--json"]);
                words.map(str::to_owned).collect()
            }
        }
    }
}

/// A client that is there.
pub struct Program {
    /// How it is called.
    pub client: &'static Client,
    /// Where it is.
    pub path: PathBuf,
    /// What people type for it.
    pub called: PathBuf,
}

impl Program {
    /// The one that is named, else the first on the PATH.
    pub fn find(named: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(path) = named {
            return Self::named(path);
        }
        let mut clients = [&BD, &BR].into_iter();
        let found = clients.find_map(|client| Some((client, on_path(client.name)?)));
        let (client, path) = found.context(
            "neither bd nor br is on the PATH; install one of them (`cargo install beads_rust` \
             makes br), or name it with --bead-tool PATH",
        )?;
        Ok(Program { client, path, called: client.name.into() })
    }

    fn named(path: &Path) -> anyhow::Result<Self> {
        let shown = PathName::from(path).escaped();
        // A bare name would be looked for on the PATH.
        let absolute = std::path::absolute(path).with_context(|| shown.clone())?;
        if !program::runs(&absolute) {
            bail!("--bead-tool {shown}: there is no program that this user may run");
        }
        let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
        let client = if name.starts_with(b"br") { &BR } else { &BD };
        Ok(Program { client, called: absolute.clone(), path: absolute })
    }
}

/// The first program of a name in the folders of PATH.
fn on_path(name: &str) -> Option<PathBuf> {
    program::find(name, &env::var_os("PATH")?)
}
