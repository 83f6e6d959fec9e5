//! Whether steps may write where they have to: a filesystem that is mounted read-only, or that a step
//! before proved to be damaged, is told as what was not looked at, and is no failure.
//!
//! The mount table alone is asked, so that nothing hangs, and no damage is met. It is asked before
//! each step: an error that a scan met may have turned a filesystem read-only since.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::{CheckRun, CheckStatus, NightStepName, PathName};
use scanner::mounts::{self, Mount};
use scanner::{Device, may_be_looked_up};

use super::config::Config;

/// A place that a step writes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The word of the command line that names it.
    pub word: OsString,
    /// It, without links as far as that may be asked.
    pub place: PathBuf,
    /// How it is called where several are told of.
    pub shown: Option<String>,
    /// Whether it is there to be compared with.
    pub is_control: bool,
}

/// What can be done of a step.
#[derive(Clone, Debug)]
pub enum Ground {
    /// All of it.
    Whole,
    /// What is left without these words of its command line, and what of it is not looked at.
    Without(Vec<OsString>, CheckRun),
    /// Nothing, and why.
    Nowhere(String),
}

/// The places that a step writes in, whose `arguments` begin with its name and, of `fscan stress`,
/// its targets. What a full scan writes it leaves out by itself.
pub fn written(config: &Config, name: NightStepName, arguments: &[OsString]) -> Vec<Written> {
    let words = arguments.iter().skip(1);
    let words = words.take_while(|word| !word.as_bytes().starts_with(b"-"));
    let words: Vec<&OsString> = match name {
        NightStepName::Tar | NightStepName::Stress => words.collect(),
        NightStepName::Quick | NightStepName::Full => Vec::new(),
    };
    let written = |word: &OsString| {
        let (path, shown) = match name {
            NightStepName::Stress => {
                (directory(word), Some(PathName::from(Path::new(word)).escaped()))
            }
            _ => (Path::new(word), None),
        };
        let is_control = config.control.as_deref() == Some(path);
        Written { word: word.clone(), place: real(path, config.force), shown, is_control }
    };
    words.into_iter().map(written).collect()
}

/// The directory of NAME=DIR.
fn directory(word: &OsStr) -> &Path {
    let bytes = word.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=').map_or(0, |at| at + 1);
    Path::new(OsStr::from_bytes(bytes.get(at..).unwrap_or_default()))
}

/// A path without links, where looking it up cannot harm.
pub fn real(path: &Path, force: bool) -> PathBuf {
    let real = may_be_looked_up(path, force).then(|| path.canonicalize().ok());
    real.flatten().unwrap_or_else(|| path.to_owned())
}

/// Filesystems that steps proved to be damaged, by their devices, and which steps.
#[derive(Debug, Default)]
pub struct Damaged(Vec<(Device, String)>);

impl Damaged {
    /// Takes down that a step proved it of the filesystem at `place`.
    pub fn note(&mut self, place: &Path, step: String) {
        self.0.extend(mounts::of_path(place).map(|mount| (mount.device, step)));
    }

    fn why_not(&self, mount: &Mount) -> Option<String> {
        let (_, step) = self.0.iter().find(|(device, _)| *device == mount.device)?;
        Some(format!(
            "{step} proved damage, and nothing more is written to this filesystem (`force = true` has it \
             written to all the same)"
        ))
    }
}

/// What can be done now of a step that writes there. `makes_its_own` is whether it works on
/// filesystems that it makes as well.
pub fn of(written: &[Written], makes_its_own: bool, damaged: &Damaged) -> Ground {
    judge(written, makes_its_own, |place| {
        let mount = mounts::of_path(place)?;
        mount.why_read_only().map(str::to_owned).or_else(|| damaged.why_not(&mount))
    })
}

fn judge(
    written: &[Written],
    makes_its_own: bool,
    why_not: impl Fn(&Path) -> Option<String>,
) -> Ground {
    let why = |written: &Written| Some((written.clone(), why_not(&written.place)?));
    let left_out: Vec<_> = written.iter().filter_map(why).collect();
    if left_out.is_empty() {
        return Ground::Whole;
    }
    let told = |(written, why): &(Written, String)| match &written.shown {
        Some(shown) => format!("{shown}: {why}"),
        None => why.clone(),
    };
    let told = left_out.iter().map(told).collect::<Vec<_>>().join("; ");
    let out = |it: &Written| left_out.iter().any(|(out, _)| out == it);
    // By itself the control arm tells nothing.
    if !makes_its_own && written.iter().all(|it| out(it) || it.is_control) {
        return Ground::Nowhere(told);
    }
    let words = left_out.into_iter().map(|(written, _)| written.word).collect();
    let check =
        CheckRun { name: "stress".to_owned(), status: CheckStatus::Partial, reason: Some(told) };
    Ground::Without(words, check)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that are left out of a step that writes there; none of a step that is not run.
    fn left_out(places: &[&str], read_only: &[&str], makes_its_own: bool) -> Option<Vec<OsString>> {
        let written = |place: &&str| Written {
            word: format!("x={place}").into(),
            place: place.into(),
            shown: Some("x".to_owned()),
            is_control: *place == "/control",
        };
        let written: Vec<_> = places.iter().map(written).collect();
        let why_not = |place: &Path| {
            let is_read_only = read_only.iter().any(|it| Path::new(it) == place);
            is_read_only.then(|| "it is mounted read-only".to_owned())
        };
        match judge(&written, makes_its_own, why_not) {
            Ground::Whole => Some(Vec::new()),
            Ground::Without(words, check) => {
                let reason = check.reason.unwrap();
                assert!(reason.contains(": it is mounted read-only"), "{reason}");
                Some(words)
            }
            Ground::Nowhere(why) => {
                assert!(why.contains(": it is mounted read-only"), "{why}");
                None
            }
        }
    }

    #[test]
    fn what_is_read_only_is_left_out() {
        for (places, read_only, makes_its_own, expected) in [
            (&["/home", "/control"][..], &[][..], false, Some(&[][..])),
            (&["/home", "/data", "/control"], &["/data"], false, Some(&["x=/data"])),
            (&["/home", "/control"], &["/control"], false, Some(&["x=/control"])),
            (&["/home", "/control"], &["/home"], false, None),
            (&["/home", "/control"], &["/home"], true, Some(&["x=/home"])),
            (&["/home"], &["/home"], false, None),
            // Nothing is written.
            (&[], &["/home"], false, Some(&[])),
        ] {
            let words = expected.map(|words| words.iter().map(OsString::from).collect());
            assert_eq!(left_out(places, read_only, makes_its_own), words, "{places:?}");
        }
    }

    #[test]
    fn what_was_proved_to_be_damaged_is_written_to_no_more() {
        let written = |place: &str| Written {
            word: place.into(),
            place: place.into(),
            shown: None,
            is_control: false,
        };
        let mut damaged = Damaged::default();
        assert!(matches!(of(&[written("/proc/self")], false, &damaged), Ground::Whole));
        damaged.note(Path::new("/proc"), "quick of /proc".to_owned());
        let ground = of(&[written("/proc/self")], false, &damaged);
        let Ground::Nowhere(why) = ground else { panic!("{ground:?}") };
        assert!(why.starts_with("quick of /proc proved damage"), "{why}");
        assert!(matches!(of(&[written("/no/such")], false, &damaged), Ground::Whole));
    }

    #[test]
    fn where_steps_write() {
        let text = "roots = [\"/proc\"]\ncontrol = \"/sys\"\n";
        let config = Config::read(text, Path::new("nightly.toml")).unwrap();
        let of = |name, words: &[&str]| {
            let words: Vec<_> = words.iter().map(OsString::from).collect();
            let written = written(&config, name, &words);
            written.into_iter().map(|it| (it.place, it.is_control)).collect::<Vec<_>>()
        };
        let stress = ["stress", "a=/proc", "b=c=/d", "s=/sys", "--duration", "9"];
        let expected = [("/proc".into(), false), ("c=/d".into(), false), ("/sys".into(), true)];
        assert_eq!(of(NightStepName::Stress, &stress), expected);
        assert_eq!(of(NightStepName::Tar, &["tar", "/proc", "--rounds"]), expected[..1]);
        assert_eq!(of(NightStepName::Full, &["scan", "/proc"]), []);
        // A link is followed.
        let link = of(NightStepName::Tar, &["tar", "/proc/self/root"]);
        assert_eq!(link[0].0, std::fs::canonicalize("/proc/self/root").unwrap());
    }
}
