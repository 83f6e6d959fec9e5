//! Scratch directories that steps leave behind when they are killed. They are told of with what
//! removes them, and not removed unasked: `--clean` takes also what somebody kept to look at.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use reports::{NightEnding, NightStepName, PathName};

use super::command_line;
use super::plan::{Plan, Step};

/// The arguments that remove scratch directories in the places that a step works in, where it makes
/// some. Its own `arguments` begin with its name and, of `fscan stress`, those places.
pub fn clean(
    name: NightStepName,
    root: Option<&Path>,
    arguments: &[OsString],
    control: Option<&Path>,
) -> Option<Vec<OsString>> {
    let mut clean: Vec<OsString> = match (name, root) {
        (NightStepName::Stress, _) => {
            let is_option = |word: &&OsString| word.as_encoded_bytes().starts_with(b"-");
            arguments.iter().take_while(|word| !is_option(word)).cloned().collect()
        }
        // A full scan makes a round trip as well.
        (NightStepName::Tar | NightStepName::Full, Some(root)) => match control {
            Some(control) => vec!["tar".into(), root.into(), "--control".into(), control.into()],
            None => vec!["tar".into(), root.into(), "--no-control".into()],
        },
        (NightStepName::Quick | NightStepName::Tar | NightStepName::Full, _) => return None,
    };
    clean.push("--clean".into());
    Some(clean)
}

/// What should be known of what a step that ended so may have left.
pub fn of_step(step: &Step, ending: NightEnding) -> Option<String> {
    let clean = command_line::line(step.clean.as_ref()?);
    let root = step.root.as_deref().map(|root| format!(" of {}", PathName::from(root).escaped()));
    let place = root.unwrap_or_default();
    matches!(ending, NightEnding::Killed | NightEnding::Crashed).then(|| {
        format!("{}{place} may have left a scratch directory: {clean}", step.name.as_str())
    })
}

/// The same of the night before, where that was killed itself.
pub fn of_killed_night(night: &str, plan: &Plan) -> Option<String> {
    let clean = plan.steps.iter().filter_map(|step| step.clean.as_ref());
    let mut clean: Vec<_> = clean.map(|clean| command_line::line(clean)).collect();
    let mut seen = BTreeSet::new();
    clean.retain(|command| seen.insert(command.clone()));
    (!clean.is_empty()).then(|| {
        let clean = clean.join("; ");
        format!("{night} was killed, and its steps may have left scratch directories: {clean}")
    })
}

#[cfg(test)]
mod tests {
    use reports::Timestamp;

    use super::*;
    use crate::nightly::config::Config;

    #[test]
    fn what_was_killed_is_told_with_what_cleans_up_behind_it() {
        let text = "roots = [\"/home\"]\ncontrol = \"/c\"";
        let config = Config::read(text, Path::new("nightly.toml")).unwrap();
        let plan = Plan::new(&config, Path::new("/n"), Timestamp::now(), &[]);
        let of_night = of_killed_night("x.partial", &plan).unwrap();
        assert!(
            of_night.ends_with(
                "fscan tar /home --control /c --clean; fscan stress home=/home c-2=/c --clean"
            ),
            "{of_night}"
        );
        let told = |ending| -> Vec<_> {
            plan.steps.iter().filter_map(|step| of_step(step, ending)).collect()
        };
        let expected = [
            "tar of /home may have left a scratch directory: fscan tar /home --control /c --clean",
            "stress may have left a scratch directory: fscan stress home=/home c-2=/c --clean",
            "full of /home may have left a scratch directory: fscan tar /home --control /c --clean",
        ];
        assert_eq!(told(NightEnding::Killed), expected);
        assert_eq!(told(NightEnding::Crashed), expected);
        assert_eq!(told(NightEnding::OutOfTime), [""; 0], "it has cleaned up");
    }
}
