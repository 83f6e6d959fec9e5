//! Options of `fscan report` about beads.

use std::path::PathBuf;

use clap::Args;

/// What becomes of the report as a bead, an issue of the tracker beads.
#[derive(Args, Debug)]
pub struct BeadArguments {
    /// Post the report as a comment on this bead, by `bd` or `br`
    #[arg(long, value_name = "ID", value_parser = bead_id, conflicts_with_all = ["new_bead", "format"])]
    pub bead: Option<String>,

    /// Open a bead with the report as its text, by `bd` or `br`
    #[arg(long, conflicts_with = "format")]
    pub new_bead: bool,

    /// The program for it; one whose name begins with `br` is called as beads_rust, any other as
    /// bd [default: the first of bd and br on the PATH]
    #[arg(long, value_name = "PATH", requires = "to_bead")]
    pub bead_tool: Option<PathBuf>,

    /// Show the command and the size of the text, and do nothing
    #[arg(long, requires = "to_bead")]
    pub dry_run: bool,
}

/// An id of a bead. One that begins with a dash would be an option of the program that it is given.
fn bead_id(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    if text.is_empty() || text.starts_with('-') || text.len() > 200 || !text.chars().all(plain) {
        return Err("not the id of a bead, such as app-a1b2".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_option() {
        for id in ["bd-1", "fscan-a3f8.1", "my_app-7"] {
            assert_eq!(bead_id(id), Ok(id.to_owned()));
        }
        for id in ["", "-1", "--db=/x", "a b", "a\n", "é", "$(id)"] {
            assert!(bead_id(id).is_err(), "{id}");
        }
    }
}
