//! What installs complained of lately.
//!
//! Looks for some words in the newest logs that npm keeps below its cache (npm's config, logs-dir).
//! Proves that an install met it there and then, on whatever filesystem, and nothing about its
//! cause. Logs of other users, and those of a logs-dir that was set, are not seen.

use std::fs::{File, read_dir};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use reports::{Answer, Fact, FactName};
use rustix::fs::OFlags;

use super::probe::Learnt;
use super::words::shown;
use super::{Probe, Surroundings, npm_cache};

/// What installs complained of lately.
pub(super) struct NpmLogs;

/// Words that rules ask for.
const WORDS: [&str; 5] =
    ["TAR_ENTRY_ERROR", "Cannot cd into", "EINTEGRITY", "ENOTEMPTY", "invalid argument, fchown"];

/// Logs that are read, the newest of them.
const LOGS: usize = 10;

/// Names that are looked at; npm itself keeps ten logs.
const NAMES: usize = 1000;

/// Bytes that are read of a log, its end: what went wrong stands there.
const MOST: u64 = 1 << 20;

impl Probe for NpmLogs {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::NpmComplaints]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let learnt = match npm_cache::cache(surroundings) {
            (Ok(cache), _) => of_logs(&cache.join("_logs")),
            (Err(why), source) => Learnt::unknown(why, source),
        };
        vec![learnt.of_machine(FactName::NpmComplaints)]
    }
}

fn of_logs(folder: &Path) -> Learnt {
    let source = shown(folder);
    let names = match newest(folder) {
        Ok(names) if names.is_empty() => return Learnt::unknown("npm kept no log", source),
        Ok(names) => names,
        Err(error) => {
            return Learnt::unknown(
                format!("no log can be read: {}", shown(error.to_string())),
                source,
            );
        }
    };
    let texts: Vec<String> = names.iter().filter_map(|name| end_of(name)).collect();
    let met = WORDS.iter().filter(|word| texts.iter().any(|text| text.contains(*word)));
    let met: Vec<String> = met.map(ToString::to_string).collect();
    let source = format!("{source}: {} of {} logs", texts.len(), names.len());
    if texts.is_empty() {
        return Learnt::unknown("no log can be read", source);
    }
    Learnt::new(Answer::is(met), source)
}

/// The newest logs: their names begin with the time (`2026-05-01T02_03_04_567Z-debug-0.log`).
fn newest(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let names = read_dir(folder)?.take(NAMES).filter_map(|entry| Some(entry.ok()?.path()));
    let is_log = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "log");
    let mut logs: Vec<PathBuf> = names.filter(is_log).collect();
    logs.sort_by(|a, b| b.cmp(a));
    logs.truncate(LOGS);
    Ok(logs)
}

/// The end of a regular file.
fn end_of(path: &Path) -> Option<String> {
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let mut file = File::options().read(true).custom_flags(flags).open(path).ok()?;
    let facts = file.metadata().ok()?;
    if !facts.is_file() {
        return None;
    }
    file.seek(SeekFrom::Start(facts.len().saturating_sub(MOST))).ok()?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, value};
    use super::*;

    fn complaints(logs: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let files: Vec<_> =
            logs.iter().map(|(name, text)| (format!("home/.npm/_logs/{name}"), *text)).collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        let mut fixture = Fixture::with(&files);
        let home = fixture.0.system.join("home");
        fixture.set("HOME", home.to_str().unwrap());
        let value = value(&NpmLogs, &fixture, FactName::NpmComplaints)?;
        Ok(value.list().unwrap().to_vec())
    }

    #[test]
    fn words_of_the_newest_logs_are_told() {
        let raced = "12 warn tar TAR_ENTRY_ERROR ENOENT: no such file or directory, open '/a'\n";
        let gone = "tar ENOENT: Cannot cd into '/a'\nEINTEGRITY\n";
        assert_eq!(
            complaints(&[("2026-05-01T-debug-0.log", raced), ("2026-05-02T-debug-0.log", gone)]),
            Ok(vec!["TAR_ENTRY_ERROR".into(), "Cannot cd into".into(), "EINTEGRITY".into()])
        );
        assert_eq!(complaints(&[("2026-05-01T-debug-0.log", "all is well\n")]), Ok(vec![]));
        assert_eq!(complaints(&[("notes.txt", raced)]), Err("npm kept no log".into()));
        assert!(complaints(&[]).is_err());
    }

    #[test]
    fn of_many_logs_the_newest_count() {
        let names: Vec<_> = (1..=11).map(|day| format!("2026-05-{day:02}T-debug-0.log")).collect();
        let told = |bad: usize| {
            let text = |at| if at == bad { "EINTEGRITY" } else { "" };
            let logs: Vec<_> =
                names.iter().enumerate().map(|(at, name)| (name.as_str(), text(at))).collect();
            complaints(&logs).unwrap()
        };
        assert_eq!(told(0), [""; 0], "the eleventh from the end");
        assert_eq!(told(1), ["EINTEGRITY"]);
    }

    #[test]
    fn of_a_long_log_the_end_is_read() {
        let long = format!("EINTEGRITY{}ENOTEMPTY", " ".repeat(MOST as usize));
        assert_eq!(complaints(&[("a-debug-0.log", &long)]), Ok(vec!["ENOTEMPTY".into()]));
    }
}
