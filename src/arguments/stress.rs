//! Options of `fscan stress` and `fscan replay`.

use std::ffi::OsStr;
use std::num::NonZeroU64;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use scanner::scratch::Owner;
use stress::OpKind;
use stress::generator::Profile;

use super::{ProgressArguments, ResultArguments, bytes, count, number};

/// Options of `fscan stress`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one flag of the command line each")]
pub struct StressArguments {
    /// Where to work: a directory on the filesystem to hammer, and a name for it; a scratch
    /// directory is made there and removed at the end [default: the home directory, /tmp, /dev/shm
    /// and the current one, one of each type of filesystem]
    #[arg(value_name = "NAME=DIR", value_parser = a_place())]
    pub places: Vec<Place>,

    /// Make filesystems to work on, in memory and in a mount namespace of its own: ext4, xfs, btrfs
    /// (as root), tmpfs, overlays
    #[arg(long)]
    pub provision: bool,

    /// For how long: `90s`, `10m`, `8h` [default: 60s, unless --ops is given]
    #[arg(long, value_name = "TIME", value_parser = time, allow_negative_numbers = true)]
    pub duration: Option<Duration>,

    /// How many operations on each target, or a few more
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub ops: Option<NonZeroU64>,

    /// What operations are made from: the same seed makes the same ones [default: the time]
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// Which operations, how often
    #[arg(long, value_enum, default_value_t = ProfileName::Mixed)]
    pub profile: ProfileName,

    /// Only these operations, equally often (`create,rename,unlink`)
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = operations())]
    pub operations: Vec<OpKind>,

    /// The most that files take on each target at once, in bytes (K, M, G), and with --provision
    /// the most memory that is taken
    #[arg(long, value_name = "BYTES", value_parser = bytes, allow_negative_numbers = true)]
    pub max_bytes: Option<NonZeroU64>,

    /// Trees that are worked on at once on each target
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=256), allow_negative_numbers = true)]
    pub threads: u16,

    /// End at the first divergence
    #[arg(long)]
    pub until_divergence: bool,

    /// Write each divergence to a file in this directory that `fscan replay` runs
    #[arg(long, value_name = "DIR")]
    pub reproducers: Option<PathBuf>,

    /// How DIR will be called by whoever reads the report
    #[arg(long, value_name = "DIR", hide = true, requires = "reproducers")]
    pub reproducers_later: Option<PathBuf>,

    /// Remove what runs left there that were killed, and do nothing else
    #[arg(long, conflicts_with_all = ["provision", "ops", "duration"])]
    pub clean: bool,

    /// With --clean: remove only what this process left, as `fscan nightly` knows it
    #[arg(long, value_name = "OWNER", hide = true, requires = "clean")]
    pub left_by: Option<Owner>,

    /// Work also where meeting damage would panic this machine (errors=panic)
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub progress: ProgressArguments,

    #[command(flatten)]
    pub result: ResultArguments,
}

/// Options of `fscan replay`.
#[derive(Args, Debug)]
pub struct ReplayArguments {
    /// A reproducer that `fscan stress` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Where to run it (may be given several times) [default: here=.]
    #[arg(long, value_name = "NAME=DIR", value_parser = a_place())]
    pub on: Vec<Place>,

    /// Run it on filesystems that are made for it, as `fscan stress --provision` makes them
    #[arg(long)]
    pub provision: bool,

    /// Print it as a program that stands alone, and do not run it
    #[arg(long, value_name = "LANGUAGE", value_enum, conflicts_with_all = ["on", "provision"])]
    pub emit: Option<Language>,

    /// Work also where meeting damage would panic this machine (errors=panic)
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub result: ResultArguments,
}

/// A directory, and what it is called.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// The directory.
    pub directory: PathBuf,
}

/// A mix of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// As an install: much is made, renamed and removed
    Npm,
    /// Everything
    Mixed,
    /// Names, links, modes, times, attributes
    Metadata,
    /// Reading and writing in few files
    Data,
    /// Limits: long names and paths, many links, large sizes, odd names
    Edge,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Npm => Profile::Npm,
            ProfileName::Mixed => Profile::Mixed,
            ProfileName::Metadata => Profile::Metadata,
            ProfileName::Data => Profile::Data,
            ProfileName::Edge => Profile::Edge,
        }
    }
}

/// A language of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// C, for Linux
    C,
    /// A POSIX shell
    Sh,
}

/// `NAME=DIR`, or a directory that is called as its last name.
pub fn place(text: impl AsRef<OsStr>) -> Result<Place, String> {
    let text = text.as_ref().as_bytes();
    if text.is_empty() {
        return Err("a directory is missing".to_owned());
    }
    let mut parts = text.splitn(2, |byte| *byte == b'=');
    let (name, directory) = match (parts.next(), parts.next()) {
        (Some(name), Some(directory)) if !name.contains(&b'/') => (name, directory),
        _ => (last_name(text), text),
    };
    if name.is_empty() || directory.is_empty() {
        return Err("say it as NAME=DIR".to_owned());
    }
    // A directory need not be UTF-8, and reports call it by a text.
    let name = String::from_utf8_lossy(name).into_owned();
    Ok(Place { name, directory: OsStr::from_bytes(directory).into() })
}

fn a_place() -> impl TypedValueParser<Value = Place> {
    OsStringValueParser::new().try_map(place)
}

fn last_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').find(|name| !name.is_empty()).unwrap_or(b"root")
}

/// An operation by its verb; help lists them.
fn operations() -> impl TypedValueParser<Value = OpKind> {
    let verbs = PossibleValuesParser::new(OpKind::ALL.iter().map(|kind| kind.verb()));
    verbs.try_map(|verb| {
        let kind = OpKind::ALL.iter().find(|kind| kind.verb() == verb);
        kind.copied().ok_or("no operation is called so")
    })
}

/// A time with a unit: `90s`, `10m`, `8h`; without one it is in seconds.
pub fn time(text: &str) -> Result<Duration, String> {
    let (number, seconds) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3600),
        Some(b'd') => (&text[..text.len() - 1], 86_400),
        _ => (text, 1),
    };
    let wrong = || {
        "a time is a number above 0 with s, m, h or d (90s, 10m, 8h, 2d), of at most 136 years"
            .to_owned()
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * f64::from(seconds))
        .ok()
        .filter(|time| !time.is_zero() && time.as_secs() < 1 << 32)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, seconds) in
            [("90", 90), ("90s", 90), ("1.5m", 90), ("8h", 28_800), ("2d", 172_800)]
        {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in ["", "s", "-1s", "0", "nan", "inf", "1w", "0s", "1e30h"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_is_called_by_its_name_or_its_last_directory() {
        let said = |text: &str| place(text).map(|place| (place.name, place.directory));
        assert_eq!(said("a=/b"), Ok(("a".to_owned(), "/b".into())));
        assert_eq!(said("/b/c/"), Ok(("c".to_owned(), "/b/c/".into())));
        assert_eq!(said("/a=b/c"), Ok(("c".to_owned(), "/a=b/c".into())));
        assert_eq!(said("/"), Ok(("root".to_owned(), "/".into())));
        let latin = OsStr::from_bytes(b"/b/caf\xe9");
        let called = place(latin).unwrap();
        assert_eq!((called.name.as_str(), called.directory.as_os_str()), ("caf\u{fffd}", latin));
        assert!(said("=x").is_err() && said("x=").is_err() && said("").is_err());
    }
}
