use super::*;

/// The settings, or the one line that is said of them.
fn said(text: &str) -> Result<Config, String> {
    Config::read(text, Path::new("/etc/fscan/nightly.toml")).map_err(|error| format!("{error:#}"))
}

#[test]
fn roots_are_enough() {
    let config = said("roots = [\"/home/\"]").unwrap();
    assert_eq!(config.roots, [PathBuf::from("/home")]);
    assert!(config.roots[0].to_str() == Some("/home"), "without the slash");
    assert_eq!(config.reports, PathBuf::from("/var/lib/fscan"));
    let all = (&config.quick, &config.tar, &config.stress, &config.full);
    assert!(matches!(all, (Some(_), Some(_), Some(_), Some(_))), "{config:?}");
}

/// The sample names every key, each with the value that holds where it is left out.
#[test]
fn the_sample_says_what_holds_without_it() {
    let sample = include_str!("../../../deploy/systemd/nightly.toml");
    let plain = said(sample).unwrap();
    let bare = said("roots = [\"/home\"]").unwrap();
    assert_eq!(format!("{plain:?}"), format!("{bare:?}"));
    // Lines that begin with # and a letter are keys.
    let key = |line| str::strip_prefix(line, "#").filter(|key| !key.starts_with([' ', '#']));
    let lines: Vec<_> = sample.lines().map(|line| key(line).unwrap_or(line)).collect();
    let full = lines.join("\n");
    let config = said(&full).unwrap_or_else(|error| panic!("{error}: {full}"));
    for key in KEYS {
        let stands =
            |line: &str| line.starts_with(&format!("{key} = ")) || line == format!("[{key}]");
        assert!(full.lines().any(stands), "{key} is in the sample");
    }
    for (table, keys) in KEYS_OF {
        let (_, text) = full.split_once(&format!("\n[{table}]\n")).unwrap();
        let lines: Vec<_> = text.lines().take_while(|line| !line.starts_with('[')).collect();
        for key in *keys {
            let stands = lines.iter().any(|line| line.starts_with(&format!("{key} = ")));
            assert!(stands, "{key} of [{table}] is in the sample");
        }
    }
    let (tar, stress) = (config.tar.as_ref().unwrap(), config.stress.as_ref().unwrap());
    let usual = (bare.tar.as_ref().unwrap(), bare.stress.as_ref().unwrap());
    assert_eq!(format!("{tar:?}"), format!("{:?}", usual.0));
    assert_eq!((stress.limit, stress.duration), (usual.1.limit, usual.1.duration));
    assert_eq!((config.keep, config.min_free), (bare.keep, bare.min_free));
    assert_eq!((config.time_limit, config.grace), (bare.time_limit, bare.grace));
    assert_eq!(format!("{:?}", config.full), format!("{:?}", bare.full));
    assert_eq!((config.idle, config.exit_zero), (bare.idle, bare.exit_zero));
    assert_eq!(config.settings, bare.settings);
}

#[test]
fn steps_and_the_control_arm_can_be_left_out() {
    let off = "roots = [\"/\"]\ncontrol = false\n[quick]\nrun = false\n[tar]\nrun = false\n\
               [stress]\nrun = false\n[full]\nrun = true\ntime-limit = 90\n";
    let config = said(off).unwrap();
    assert!(config.quick.is_none() && config.tar.is_none() && config.stress.is_none());
    assert_eq!(config.full.unwrap().limit, Duration::from_secs(90));
    assert_eq!(config.control, None);
}

/// Lines that are wrong, and what is said of each.
#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (line, expected) in [
        ("roots = [", "not TOML"),
        ("", "`roots` is missing: the paths that are looked at"),
        ("roots = []", "line 2: `roots`: it is empty"),
        ("roots = \"/home\"", "`roots` has to be a list of paths"),
        ("roots = [\"home\"]", "`home` is not an absolute path"),
        ("roots = [\"/a\\u0000b\"]", "it holds a NUL"),
        ("roots = [\"/home\", \"/srv\", \"/home/\"]", "/home stands there twice"),
        (
            "roots = [\"/a\"]\nreprots = \"/b\"",
            "line 3: `reprots` is not known here (did you mean `reports`?)",
        ),
        ("roots = [\"/a\"]\nreports = 5", "`reports` has to be a string"),
        ("roots = [\"/a\"]\nmin-free = \"lots\"", "`min-free`: not a number of bytes"),
        ("roots = [\"/a\"]\ntime-limit = \"soon\"", "`time-limit`: a time is a number above 0"),
        ("roots = [\"/a\"]\nfail-on = \"corupt\"", "(did you mean `corrupt`?)"),
        ("roots = [\"/a\"]\nexit-zero = 1", "`exit-zero` has to be true or false"),
        ("roots = [\"/a\"]\nprometheus-file = \"/x.txt\"", "names end in .prom"),
        ("roots = [\"/a\"]\nexclude = [\"[\"]", "`exclude`: error parsing glob"),
        ("roots = [\"/a\"]\ncontrol = true", "`control` has to be a string"),
        ("roots = [\"/a\"]\n[keep]\nnights = 0", "`nights`: not a whole number of 1 or more"),
        ("roots = [\"/a\"]\n[keep]\nday = 5", "(did you mean `days`?)"),
        ("roots = [\"/a\"]\n[quick]\nrun = 1", "`run` has to be true or false"),
        (
            "roots = [\"/a\"]\nquick.run = false\ntar.run = false\nstress.run = false\nfull.run = false",
            "no step is left to run",
        ),
        ("roots = [\"/a\"]\nquick = false", "`quick` has to be a table ([quick])"),
        ("roots = [\"/a\"]\n[tar]\npattern = [\"nmp\"]", "(did you mean `npm`?)"),
        ("roots = [\"/a\"]\n[tar]\npackages = 9999999", "not a whole number of 1 to 1000000"),
        (
            "roots = [\"/a\"]\n[stress]\nduration = \"1h\"\ntime-limit = \"1h\"",
            "operations run for longer",
        ),
        (
            "roots = [\"/a\"]\n[stress]\ntargets = [\"a=b\"]",
            "its directory is not an absolute path",
        ),
        (
            "roots = [\"/a\"]\n[stress]\ntargets = [\"home\"]",
            "`home`: its directory is not an absolute path; say it as NAME=DIR, `home=/home`",
        ),
        (
            "roots = [\"/a\"]\n[stress]\ntargets = [\"\"]",
            "``: its name or its directory is missing; say it as NAME=DIR",
        ),
        ("roots = [\"/a\"]\n[stress]\nthreads = 300", "not a whole number of 1 to 256"),
        ("roots = [\"/a\"]\n[stress]\nrun = false\nprofile = \"mix\"", "(did you mean `mixed`?)"),
        ("roots = [\"/a\"]\n[full]\nbaseline = true", "nothing to compare with: manifest = true"),
    ] {
        let error = said(&format!("\n{line}\n")).expect_err(line);
        assert!(error.starts_with("/etc/fscan/nightly.toml, line "), "{line}: {error}");
        assert!(error.contains(expected) && error.lines().count() == 1, "{line}: {error}");
    }
}
