//! Whether steps may write where they have to: a filesystem that is mounted read-only, or that a step
//! before proved to be damaged, is told as what was not looked at, and is no failure.
//! A full scan looks all the same, and writes nothing. What `fscan stress` cannot work in is a failure,
//! and costs the other places nothing.
//!
//! The mount table alone is asked, so that nothing hangs, and no damage is met; of stress its places
//! are opened as well, for a limited time. All is asked before each step: an error that a scan met may
//! have turned a filesystem read-only since.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::NightStepName::{Full, Quick, Stress, Tar};
use reports::{CheckRun, CheckStatus, PathName, Report, Severity};
use scanner::Device;
use scanner::mounts::{self, Mount};

use super::step::Step;
use super::{advice, workable};

/// A place that a step writes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// How `fscan stress` calls it.
    pub target: Option<String>,
    /// It, as it was given.
    pub path: PathBuf,
    /// It, without links as far as that is known.
    pub real: PathBuf,
    /// Whether it is there to be compared with.
    pub is_control: bool,
}

impl Written {
    /// The word of a command line that names it.
    pub fn word(&self) -> OsString {
        let mut word = OsString::new();
        if let Some(target) = &self.target {
            word.push(format!("{target}="));
        }
        word.push(&self.path);
        word
    }

    /// Why it is not written to, as it is told where there are several.
    fn told(&self, why: &str) -> String {
        match self.target {
            Some(_) => format!("{}: {why}", PathName::from(Path::new(&self.word())).escaped()),
            None => why.to_owned(),
        }
    }

    fn holds(&self, path: &PathName) -> bool {
        let path = Path::new(OsStr::from_bytes(path.as_bytes()));
        path.starts_with(&self.real) || path.starts_with(&self.path)
    }
}

/// What can be done of a step.
#[derive(Clone, Debug)]
pub enum Ground {
    /// All of it.
    Whole,
    /// A part.
    Part(Part),
    /// Nothing, and why, which is no failure.
    Nowhere(String),
    /// Nothing, and why, which is one.
    Unusable(String),
}

/// A part of a step.
#[derive(Clone, Debug)]
pub struct Part {
    /// This much.
    pub step: Box<Step>,
    /// What of it is not looked at.
    pub left_out: CheckRun,
    /// What of that is a failure.
    pub trouble: Option<String>,
}

/// Why a place is not written to.
#[derive(Clone, Debug)]
enum WhyNot {
    /// It is better not to, or is not meant to be.
    Spared(String),
    /// It cannot be worked in.
    Unusable(String),
}

impl WhyNot {
    fn told(&self) -> &str {
        let (WhyNot::Spared(why) | WhyNot::Unusable(why)) = self;
        why
    }
}

/// Filesystems that steps proved to be damaged, by their devices, and which steps.
#[derive(Debug, Default)]
pub struct Damaged(Vec<(Device, String)>);

impl Damaged {
    /// Takes down what the report of a step proves.
    pub fn note(&mut self, step: &Step, report: &Report) {
        for place in proved(step, report) {
            self.0.extend(mounts::of_path(place).map(|mount| (mount.device, step.place())));
        }
    }

    fn why_not(&self, mount: &Mount) -> Option<String> {
        let (_, step) = self.0.iter().find(|(device, _)| *device == mount.device)?;
        Some(format!(
            "{step} proved damage, and nothing more is written to this filesystem (`force = true` has it \
             written to all the same)"
        ))
    }
}

/// Places that lie on a filesystem which a report proves to be damaged. That damage is accepted
/// makes it no better to write to.
fn proved<'a>(step: &'a Step, report: &Report) -> Vec<&'a Path> {
    let corrupt = report.findings.iter().filter(|it| it.severity == Severity::Corrupt);
    let mut paths: Vec<_> = corrupt.map(|it| it.subject.path.as_ref()).collect();
    let accepted = report.suppressed.iter();
    let accepted = accepted.filter(|it| it.count > 0 && it.severity == Severity::Corrupt);
    // Where is not told.
    paths.extend(accepted.map(|_| None));
    if let Some(root) = &step.real_root {
        return paths.first().map(|_| root.as_path()).into_iter().collect();
    }
    // A path below none of them is on a filesystem that was made for it.
    let is_meant = |place: &&Written| {
        !place.is_control && paths.iter().any(|path| path.is_none_or(|path| place.holds(path)))
    };
    step.written.iter().filter(is_meant).map(|place| place.real.as_path()).collect()
}

/// What can be done now of a step.
pub fn of(step: &Step, damaged: &Damaged) -> Ground {
    judge(step, |place| why_spared(step, place, damaged).or_else(|| why_unusable(step, place)))
}

fn why_spared(step: &Step, place: &Written, damaged: &Damaged) -> Option<WhyNot> {
    let mount = mounts::of_path(&place.real)?;
    // What a full scan would write where nothing can be it leaves out by itself.
    let read_only = mount.why_read_only().filter(|_| step.name != Full);
    let why = read_only.map(str::to_owned).or_else(|| damaged.why_not(&mount))?;
    Some(WhyNot::Spared(place.told(&why)))
}

fn why_unusable(step: &Step, place: &Written) -> Option<WhyNot> {
    let why = workable::why_not(&place.path, step.limits?)?;
    Some(WhyNot::Unusable(advice::in_settings(step.name, &why)))
}

fn judge(step: &Step, why_not: impl Fn(&Written) -> Option<WhyNot>) -> Ground {
    let why = |place: &Written| Some((place.clone(), why_not(place)?));
    let (places, reasons): (Vec<_>, Vec<_>) = step.written.iter().filter_map(why).unzip();
    if places.is_empty() {
        return Ground::Whole;
    }
    let told: Vec<_> = reasons.iter().map(WhyNot::told).collect();
    let told = told.join("; ");
    let trouble = trouble(step, &reasons);
    // By itself the control arm tells nothing.
    let is_left = step.written.iter().any(|place| !places.contains(place) && !place.is_control);
    let (check, status) = match step.name {
        Full => ("tar", CheckStatus::Skipped),
        Stress if step.makes_its_own || is_left => ("stress", CheckStatus::Partial),
        Quick | Tar | Stress if trouble.is_some() => return Ground::Unusable(told),
        Quick | Tar | Stress => return Ground::Nowhere(told),
    };
    let left_out = CheckRun { name: check.to_owned(), status, reason: Some(told) };
    Ground::Part(Part { step: Box::new(step.without(&places)), left_out, trouble })
}

/// What is told of places that cannot be worked in: nobody meant them to be left out.
fn trouble(step: &Step, reasons: &[WhyNot]) -> Option<String> {
    let unusable = reasons.iter().filter_map(|why| match why {
        WhyNot::Unusable(why) => Some(why.as_str()),
        WhyNot::Spared(_) => None,
    });
    let unusable: Vec<_> = unusable.collect();
    (!unusable.is_empty()).then(|| format!("{} left out {}", step.place(), unusable.join("; ")))
}

#[cfg(test)]
mod tests {
    use reports::{NightStepName, Timestamp};

    use super::*;
    use crate::nightly::config::Config;
    use crate::nightly::places::Places;
    use crate::nightly::plan::Plan;

    /// A step of a night with these lines in its settings.
    fn step(name: NightStepName, text: &str) -> Step {
        let config = Config::read(text, Path::new("nightly.toml")).unwrap();
        let places = Places::find(&config);
        let plan = Plan::new(&config, &places, Path::new("/n/night"), Timestamp::now(), &[]);
        plan.steps.into_iter().find(|step| step.name == name).unwrap()
    }

    fn stress(places: &[&str], more: &str) -> Step {
        let targets: Vec<_> =
            places.iter().map(|place| format!("\"{}={place}\"", place.replace('/', ""))).collect();
        let targets = targets.join(", ");
        let text = format!(
            "roots = [\"/no\"]\ncontrol = \"/control\"\n[stress]\ntargets = [{targets}]\n{more}"
        );
        step(Stress, &text)
    }

    /// The places that a step works in all the same; none of one that is not run.
    fn left(step: &Step, read_only: &[&str]) -> Option<Vec<PathBuf>> {
        let why_not = |place: &Written| {
            let is_read_only = read_only.iter().any(|it| Path::new(it) == place.path);
            is_read_only.then(|| WhyNot::Spared(place.told("it is mounted read-only")))
        };
        let places = |step: &Step| step.written.iter().map(|it| it.path.clone()).collect();
        match judge(step, why_not) {
            Ground::Whole => Some(places(step)),
            Ground::Part(part) => {
                let reason = part.left_out.reason.unwrap();
                assert!(reason.contains(": it is mounted read-only"), "{reason}");
                assert!(part.step.written.len() < step.written.len());
                assert_eq!(part.trouble, None, "which is no failure");
                Some(places(&part.step))
            }
            Ground::Nowhere(why) => {
                assert!(why.contains("it is mounted read-only"), "{why}");
                None
            }
            Ground::Unusable(why) => panic!("{why}"),
        }
    }

    /// What `fscan stress` would refuse to begin with is left out and told as a failure.
    #[test]
    fn a_place_that_cannot_be_worked_in_costs_the_others_nothing() {
        let (sound, damaged) = (tempfile::tempdir().unwrap(), Damaged::default());
        let sound = sound.path().to_str().unwrap();
        let ground = of(&stress(&["/no/such", sound], "max-bytes = 1"), &damaged);
        let Ground::Part(part) = ground else { panic!("{ground:?}") };
        let left: Vec<_> = part.step.written.iter().map(|it| it.path.as_path()).collect();
        assert_eq!(left, [Path::new(sound)]);
        let told = "/no/such: open says ENOENT; correct `roots`, `control` or `[stress] targets`";
        assert!(part.trouble.unwrap().starts_with(&format!("stress left out {told}")));
        assert!(part.left_out.reason.unwrap().starts_with(told));
        let ground = of(&stress(&["/no/such"], "max-bytes = 1"), &damaged);
        let Ground::Unusable(why) = ground else { panic!("{ground:?}") };
        assert!(why.starts_with(told), "{why}");
    }

    #[test]
    fn what_cannot_be_written_to_is_left_out() {
        let (all, made) = (&["/a", "/b", "/control"][..], "provision = true");
        for (places, read_only, more, expected) in [
            (all, &[][..], "", Some(all)),
            (all, &["/b"], "", Some(&["/a", "/control"])),
            (all, &["/control"], "", Some(&["/a", "/b"])),
            (&["/a", "/control"], &["/a"], "", None),
            (&["/a", "/control"], &["/a"], made, Some(&["/control"])),
            (&["/a"], &["/a"], "", None),
        ] {
            let expected = expected.map(|places| places.iter().map(PathBuf::from).collect());
            assert_eq!(left(&stress(places, more), read_only), expected, "{places:?} {more}");
        }
    }

    fn corrupt(path: Option<&str>) -> Report {
        let mut report = crate::nightly::tests::report();
        let mut finding = reports::Finding::new(
            reports::Code::DirentDangling,
            reports::Subject::default(),
            "a",
            "b",
        );
        finding.subject.path = path.map(|path| PathName::new(path.as_bytes().to_vec()));
        finding.severity = Severity::Corrupt;
        report.findings.push(finding);
        report
    }

    #[test]
    fn what_was_proved_to_be_damaged_is_written_to_no_more() {
        let text = "roots = [\"/proc/self/..\"]\ncontrol = false\n";
        let [quick, tar, full] = [Quick, Tar, Full].map(|name| step(name, text));
        let mut damaged = Damaged::default();
        damaged.note(&quick, &crate::nightly::tests::report());
        assert!(matches!(of(&full, &damaged), Ground::Whole), "nothing was found");
        damaged.note(&quick, &corrupt(None));
        let ground = of(&tar, &damaged);
        let Ground::Nowhere(why) = ground else { panic!("{ground:?}") };
        assert!(why.starts_with("quick of /proc/self/.. proved damage"), "{why}");
        // A scan looks all the same, and writes nothing.
        let ground = of(&full, &damaged);
        let Ground::Part(Part { step: part, left_out: check, trouble }) = ground else {
            panic!("{ground:?}")
        };
        assert!(part.command_line().starts_with("fscan scan --read-only "), "{part:?}");
        assert_eq!((check.name.as_str(), check.status), ("tar", CheckStatus::Skipped));
        assert_eq!(trouble, None);
        assert!(matches!(of(&quick, &damaged), Ground::Whole));
    }

    #[test]
    fn which_places_a_report_proves_to_be_damaged() {
        let stress = stress(&["/a", "/b", "/control"], "");
        let quick = step(Quick, "roots = [\"/a\"]");
        for (path, expected, of_scan) in [
            (Some("/a/x"), &["/a"][..], &["/a"][..]),
            (Some("/control/x"), &[], &["/a"]),
            (Some("/made/x"), &[], &["/a"]),
            (None, &["/a", "/b"], &["/a"]),
        ] {
            let report = corrupt(path);
            assert_eq!(
                proved(&stress, &report),
                expected.iter().map(Path::new).collect::<Vec<_>>()
            );
            assert_eq!(proved(&quick, &report), of_scan.iter().map(Path::new).collect::<Vec<_>>());
        }
        let mut accepted = crate::nightly::tests::report();
        assert_eq!(proved(&quick, &accepted), Vec::<&Path>::new());
        accepted.suppressed.push(
            serde_json::from_value(serde_json::json!({
                "code": "dirent-dangling", "severity": "corrupt", "count": 1, "reason": "known",
                "file": {"path": "/x"},
            }))
            .unwrap(),
        );
        assert_eq!(proved(&quick, &accepted), [Path::new("/a")]);
        accepted.suppressed[0].count = 0;
        assert_eq!(proved(&quick, &accepted), Vec::<&Path>::new());
    }
}
