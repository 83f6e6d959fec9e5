//! What a step says when it fails, for whoever keeps the settings file: options of its command line
//! are keys there, and its places are named there.

use reports::NightStepName::{self, Full, Quick, Stress, Tar};

/// Words of steps, and what they are in settings.
const OF_ALL: &[(&str, &str)] = &[
    ("--force", "`force = true`"),
    ("--stat-timeout", "`stat-timeout` in the `[defaults]` of .fscan.toml"),
    ("--exclude", "`exclude`"),
    ("--max-rate", "`max-rate`"),
    ("--output", "`reports`"),
    ("--manifest", "`[full] manifest`"),
    ("--baseline", "`[full] baseline`"),
    ("--no-control", "`control = false`"),
    ("--control", "`control`"),
];

/// The same of scans.
const OF_SCANS: &[(&str, &str)] = &[("--threads", "`threads` in the `[defaults]` of .fscan.toml")];

/// The same of tar round trips.
const OF_TAR: &[(&str, &str)] = &[
    ("--generated N", "`[tar] packages`"),
    (", or elsewhere", ", or switch this step off (`[tar] run = false`)"),
    (
        "give a directory that can be written to",
        "this step writes there: let this user do so, or switch it off (`[tar] run = false`)",
    ),
    ("give another directory", "correct `roots`, or mount it"),
    (
        "give a directory on another one",
        "name a folder on another one (`control`), or go without (`control = false`)",
    ),
    (
        "the scratch directory cannot be used",
        "the scratch directory cannot be used; if that stays so, switch this step off (`[tar] run = \
         false`)",
    ),
];

/// The same of stress.
const OF_STRESS: &[(&str, &str)] = &[
    ("--max-bytes", "`[stress] max-bytes`"),
    ("--threads", "`[stress] threads`"),
    ("--duration", "`[stress] duration`"),
    ("--provision", "`[stress] provision`"),
    ("--reproducers", "`reports`"),
    (
        ", or elsewhere",
        ", name other places (`[stress] targets`, `control`), or switch this step off (`[stress] run = \
         false`)",
    ),
    ("work elsewhere", "name other places (`[stress] targets`)"),
    (
        "give a directory that can be written to",
        "this step writes there: let this user do so, name other places (`[stress] targets`), or \
         switch it off (`[stress] run = false`)",
    ),
    ("give another directory", "correct `roots`, `control` or `[stress] targets`, or mount it"),
    (
        "this place cannot be used",
        "this place cannot be used; name other ones (`[stress] targets`)",
    ),
];

/// What a step says, in words of the settings.
pub fn in_settings(step: NightStepName, said: &str) -> String {
    let own = match step {
        Quick | Full => OF_SCANS,
        Tar => OF_TAR,
        Stress => OF_STRESS,
    };
    let words = own.iter().chain(OF_ALL);
    words.fold(said.to_owned(), |said, (word, key)| replace(&said, word, key))
}

/// Replaces a word, but no part of a longer one: names of files stand there as well.
fn replace(text: &str, word: &str, by: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(word) {
        let is_part =
            |next: Option<char>| next.is_some_and(|it| it.is_alphanumeric() || "-/_=".contains(it));
        let is_whole = !is_part(before.chars().next_back()) && !is_part(behind.chars().next());
        replaced.push_str(before);
        replaced.push_str(if is_whole { by } else { word });
        rest = behind;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use reports::PathName;
    use rustix::io::Errno;
    use scanner::RootError;
    use scanner::round_trip::TripError;
    use scanner::scratch::ScratchError;
    use stress::site::SiteError;

    use super::*;

    fn path() -> PathName {
        PathName::new(b"/home/--force".to_vec())
    }

    fn not_made(errno: Errno) -> ScratchError {
        ScratchError::NotMade { path: path(), call: "mkdir", errno }
    }

    /// Errors of steps, and the keys that their advice has to name.
    fn errors() -> Vec<(NightStepName, String, &'static str)> {
        let (needed, free, available) = (1 << 30, 1 << 20, 1 << 20);
        let no_place = || ScratchError::NoPlace { path: path(), errno: Errno::NOENT };
        let trips = [
            (TripError::ErrorsPanic { path: path() }, "`force = true`"),
            (TripError::NoRoom { path: path(), needed, free }, "`[tar] packages`"),
            (TripError::NoInodes { path: path(), needed, free }, "`[tar] run = false`"),
            (TripError::NoMemory { path: path(), needed, available }, "`[tar] packages`"),
            (TripError::SameFilesystem { path: path() }, "`control = false`"),
            (TripError::Control("x".into()), "`control`: x"),
            (not_made(Errno::ACCESS).into(), "`[tar] run = false`"),
            (no_place().into(), "`roots`"),
            (
                TripError::Probe { path: path(), call: "open", errno: Errno::ACCESS },
                "`[tar] run = false`",
            ),
        ];
        let sites = [
            (SiteError::ErrorsPanic { path: path() }, "`force = true`"),
            (SiteError::NoRoom { path: path(), needed, free }, "`[stress] max-bytes`"),
            (SiteError::NoInodes { path: path(), needed, free }, "`[stress] targets`"),
            (SiteError::NoMemory { path: path(), needed, available }, "`[stress] max-bytes`"),
            (not_made(Errno::ACCESS).into(), "`[stress] targets`"),
            (no_place().into(), "`[stress] targets`"),
            (SiteError::NoThread(Errno::AGAIN.into()), "`[stress] threads`"),
            (
                SiteError::Call { path: path(), call: "mkdir", errno: Errno::ACCESS },
                "`[stress] targets`",
            ),
        ];
        let panics = RootError::PanicPolicy { path: path(), mount_point: path() };
        let trips = trips.into_iter().map(|(error, key)| (Tar, error.to_string(), key));
        let sites = sites.into_iter().map(|(error, key)| (Stress, error.to_string(), key));
        let scans = [
            (Full, panics.to_string(), "`force = true`"),
            (Quick, RootError::no_thread(std::path::Path::new("/home")).to_string(), "`threads`"),
            (
                Full,
                RootError::NoAnswer { path: path(), seconds: 9.0 }.to_string(),
                "`stat-timeout`",
            ),
        ];
        trips.chain(sites).chain(scans).collect()
    }

    #[test]
    fn advice_speaks_of_the_settings_file() {
        for (step, said, key) in errors() {
            let told = in_settings(step, &said);
            assert!(told.contains(key), "{told}");
            assert!(!told.replace("/home/--force", "").contains(" --"), "{told}");
            assert!(!told.contains("elsewhere") && !told.contains("give a"), "{told}");
            // What is called like an option stays what it is.
            assert!(!said.contains("/home/--force") || told.contains("/home/--force"), "{told}");
        }
    }
}
