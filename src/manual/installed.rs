//! `fscan man --install PREFIX`: pages and completions where man(1) and shells look for them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap_complete::Shell;
use reports::PathName;

use super::{completions_of, page};
use crate::output::{self, Content};
use crate::status::Status;

/// Writes every file below a prefix (`/usr`, `~/.local`), and prints their paths.
pub fn write(prefix: &Path) -> anyhow::Result<Status> {
    let files = files();
    for (path, content) in &files {
        write_file(&prefix.join(path), content)?;
    }
    output::print(|out| {
        let mut paths = files.iter().map(|(path, _)| prefix.join(path));
        paths.try_for_each(|path| writeln!(out, "{}", PathName::from(path.as_path()).escaped()))
    })?;
    Ok(Status::Clean)
}

/// Path below the prefix, and content.
fn files() -> Vec<(PathBuf, Vec<u8>)> {
    let pages = page::all().into_iter();
    let pages = pages.map(|(name, page)| (Path::new("share/man/man1").join(name), page));
    let completions = [
        (Shell::Bash, "share/bash-completion/completions/fscan"),
        (Shell::Elvish, "share/elvish/lib/fscan.elv"),
        (Shell::Fish, "share/fish/vendor_completions.d/fscan.fish"),
        (Shell::Zsh, "share/zsh/site-functions/_fscan"),
    ];
    let completions = completions.map(|(shell, path)| (PathBuf::from(path), completions_of(shell)));
    pages.chain(completions).collect()
}

fn write_file(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        let shown = || format!("{}: make the folder", PathName::from(folder).escaped());
        fs::create_dir_all(folder).with_context(shown)?;
    }
    output::save_file(path, Content::Page, |out| Ok(out.write_all(content)?))
}
