//! Scratch directories that steps leave behind when they are killed.
//!
//! What a night's own step left is removed by `--clean`, in a process of its own: what a killed step
//! hung on may hang that too. What a night left that left no account is told of with what removes it.

use std::collections::BTreeSet;
use std::ffi::OsString;

use reports::NightStepName;
use scanner::program::{Attended, Cut, quote};
use scanner::scratch::Owner;

use super::command_line;
use super::ground::Written;
use super::plan::Plan;
use super::step::Step;

/// Lines of a removal that are told: a step has a scratch directory in each place.
const LINES: usize = 20;

/// The arguments that remove scratch directories in the places that a step works in, where it makes
/// some.
fn clean(step: &Step) -> Option<Vec<OsString>> {
    let mut clean: Vec<OsString> = match (step.name, &step.root) {
        (NightStepName::Stress, _) => {
            let targets = step.written.iter().map(Written::word);
            std::iter::once("stress".into()).chain(targets).collect()
        }
        // A full scan makes a round trip as well.
        (NightStepName::Tar | NightStepName::Full, Some(root)) => {
            [&["tar".into(), root.into()], step.control.as_slice()].concat()
        }
        (NightStepName::Quick | NightStepName::Tar | NightStepName::Full, _) => return None,
    };
    clean.push("--clean".into());
    Some(clean)
}

/// Removes what a step left that was killed, as `--clean` does, and says so. What others left, or
/// kept to look at, stays: the process is known by `owner`. None where nothing was left.
pub fn remove(
    step: &Step,
    owner: Option<&Owner>,
    run: &dyn Fn(&[OsString]) -> Cleaned,
) -> Option<String> {
    let clean = clean(step)?;
    let place = step.place();
    let cleaned = match owner {
        Some(owner) => {
            let left_by = ["--left-by".into(), owner.as_str().into()];
            run(&[clean.as_slice(), &left_by].concat())
        }
        None => Err("its process is not known".to_owned()),
    };
    match cleaned {
        Ok(said) if said.is_empty() => None,
        Ok(said) => Some(format!("{place}: {}", said.join("; "))),
        Err(why) => Some(format!(
            "{place} may have left a scratch directory, which could not be removed ({why}): {}",
            command_line::line(&clean)
        )),
    }
}

/// What a removal says, line by line, or why there is none.
pub type Cleaned = Result<Vec<String>, String>;

/// Takes a removal for what it is.
pub fn cleaned(attended: &Attended) -> Cleaned {
    let said = String::from_utf8_lossy(&attended.said);
    let lines = said.lines().map(|line| line.strip_prefix("fscan: ").unwrap_or(line).to_owned());
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).take(LINES).collect();
    match (attended.cut, attended.status.and_then(|status| status.code())) {
        // It came to its end, whoever asked for that meanwhile.
        (_, Some(0)) => Ok(lines),
        (Some(Cut::OutOfTime), _) => Err("it took too long".to_owned()),
        (Some(Cut::Stopped), _) => Err("the night was stopped".to_owned()),
        (None, _) => Err(quote(&attended.said)),
    }
}

/// What should be known of the night before, where that left no account.
pub fn of_silent_night(night: &str, plan: &Plan) -> Option<String> {
    let clean = plan.steps.iter().filter_map(clean);
    let mut clean: Vec<_> = clean.map(|clean| command_line::line(&clean)).collect();
    let mut seen = BTreeSet::new();
    clean.retain(|command| seen.insert(command.clone()));
    (!clean.is_empty()).then(|| {
        let clean = clean.join("; ");
        format!(
            "{night} left no account (killed, or no room), so its steps may have left scratch \
             directories; look at them before you remove them, as that removes what was kept on purpose \
             as well: {clean}"
        )
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use reports::Timestamp;

    use super::*;
    use crate::nightly::config::Config;
    use crate::nightly::places::Places;

    #[test]
    fn what_was_killed_is_told_with_what_cleans_up_behind_it() {
        let text = "roots = [\"/home\"]\ncontrol = \"/c\"";
        let config = Config::read(text, Path::new("nightly.toml")).unwrap();
        let plan =
            Plan::new(&config, &Places::find(&config), Path::new("/n"), Timestamp::now(), &[]);
        let of_night = of_silent_night("x.partial", &plan).unwrap();
        assert!(of_night.starts_with("x.partial left no account (killed, or no room)"));
        assert!(
            of_night.ends_with(
                "fscan tar /home --control /c --clean; fscan stress home=/home c-2=/c --clean"
            ),
            "{of_night}"
        );
    }

    #[test]
    fn what_a_killed_step_left_is_removed_and_told() {
        let text = "roots = [\"/home\"]\ncontrol = false\n";
        let config = Config::read(text, Path::new("nightly.toml")).unwrap();
        let plan =
            Plan::new(&config, &Places::find(&config), Path::new("/n"), Timestamp::now(), &[]);
        let [quick, tar, ..] = plan.steps.as_slice() else { panic!("{:?}", plan.steps) };
        let owner: Owner = "7.8.9".parse().unwrap();
        let clean = |words: &[OsString], answer: Cleaned| {
            assert_eq!(
                command_line::line(words),
                "fscan tar /home --no-control --clean --left-by 7.8.9"
            );
            answer
        };
        let removed = |_: &[OsString]| panic!("it writes nothing");
        assert_eq!(remove(quick, Some(&owner), &removed), None);
        let removed = |words: &[OsString]| clean(words, Ok(vec!["/home/.x: removed".into()]));
        let told = remove(tar, Some(&owner), &removed).unwrap();
        assert_eq!(told, "tar of /home: /home/.x: removed");
        assert_eq!(remove(tar, Some(&owner), &|words| clean(words, Ok(Vec::new()))), None);
        let told =
            remove(tar, Some(&owner), &|words| clean(words, Err("it hangs".into()))).unwrap();
        assert!(told.ends_with("(it hangs): fscan tar /home --no-control --clean"), "{told}");
        // What others kept must not go for it.
        let told = remove(tar, None, &|_| panic!("nothing is removed")).unwrap();
        assert!(told.ends_with("fscan tar /home --no-control --clean"), "{told}");
    }

    #[test]
    fn how_a_removal_ended() {
        use std::os::unix::process::ExitStatusExt;
        use std::process::ExitStatus;

        let ended = |status: Option<i32>, cut, said: &str| Attended {
            status: status.map(ExitStatus::from_raw),
            cut,
            killed: false,
            said: said.as_bytes().to_vec(),
            took: std::time::Duration::ZERO,
        };
        let said = "fscan: /a: removed\nfscan: /b: removed\n";
        let lines = vec!["/a: removed".to_owned(), "/b: removed".to_owned()];
        assert_eq!(cleaned(&ended(Some(0), None, said)), Ok(lines));
        assert_eq!(cleaned(&ended(Some(0), None, "")), Ok(Vec::new()));
        let lines = cleaned(&ended(Some(0), Some(Cut::Stopped), said));
        assert_eq!(lines.map(|lines| lines.len()), Ok(2));
        assert!(cleaned(&ended(Some(2 << 8), None, "x")).is_err());
        assert!(cleaned(&ended(Some(9), None, "")).is_err());
        let cut = Some(Cut::OutOfTime);
        assert_eq!(cleaned(&ended(Some(15), cut, said)), Err("it took too long".to_owned()));
    }
}
