//! Each rule that asks for facts: those that make it apply, and those beside them that do not.

use super::cases::{BUILDAH, CASES, DOCKER, ON_OVERLAY, VOLUME, Value};
use super::{known, under_home};
use crate::sample::{finding, root, tar_trips, volume};
use crate::{
    Answer, Code, Environment, Fact, FactName, FactValue, Finding, Known, Recommendation, Severity,
    TarClassification, recommend,
};

use Value::{Flag, List, Number, Text};

fn environment(facts: &[(FactName, Value)]) -> Environment {
    let fact = |(name, value): &(FactName, Value)| {
        let value = match value {
            Text(text) => FactValue::from(*text),
            Number(number) => FactValue::from(*number),
            Flag(flag) => FactValue::from(*flag),
            List(list) => FactValue::List(list.iter().map(ToString::to_string).collect()),
        };
        let path = name.is_of_root().then(|| volume().path);
        Fact { name: *name, path, answer: Answer::Value(value), source: "test".into() }
    };
    // Something is known of the root, so that nothing is guessed.
    let filesystem = (FactName::Filesystem, Text("ext4"));
    Environment { facts: facts.iter().chain([&filesystem]).map(fact).collect(), components: vec![] }
}

fn advice(findings: &[Finding], facts: &[(FactName, Value)]) -> Vec<Recommendation> {
    let (roots, environment) = ([volume()], environment(facts));
    recommend(Known { environment: Some(&environment), ..known(findings, &roots) })
}

fn fires(id: &str, findings: &[Finding], facts: &[(FactName, Value)]) -> bool {
    advice(findings, facts).iter().any(|advice| advice.id == id)
}

fn found(code: Option<Code>) -> Vec<Finding> {
    code.map(under_home).into_iter().collect()
}

#[test]
fn each_rule_asks_for_its_facts_and_for_no_others() {
    for (id, (code, facts), others) in CASES {
        assert!(fires(id, &found(*code), facts), "{id} does not apply");
        for (number, (code, facts)) in others.iter().enumerate() {
            assert!(!fires(id, &found(*code), facts), "{id} applies, case {number}");
        }
    }
}

/// A rule that no test knows is one that nobody has seen apply.
#[test]
fn every_rule_is_seen_to_apply() {
    let told_elsewhere = [
        "secure-data",
        "keep-volume-claim",
        "check-xfs-offline",
        "check-btrfs-offline",
        "find-device-errors",
        "date-kernel-errors",
        "scan-again-quiet",
        "get-files-again",
        "stop-writes-on-errors",
        "copy-image",
        "settle-image",
        "repair-copy-first",
        "repeat-round-trip",
        "find-second-installer",
        "free-space",
        "stress-no-further",
        "examine-lost-target",
        "replay-elsewhere",
        "know-missing-feature",
        "restore-git-objects",
        "verify-npm-cache",
        "install-anew",
        "install-links",
        "read-longhorn-events",
    ];
    for rule in super::rules::all() {
        let here = CASES.iter().any(|(id, ..)| *id == rule.id);
        assert!(here || told_elsewhere.contains(&rule.id), "{}", rule.id);
    }
}

#[test]
fn what_was_found_can_be_asked_for_by_its_words() {
    let saying = |code, severity, words: &str| {
        vec![Finding { severity, found: words.to_owned(), ..under_home(code) }]
    };
    let events = "read-longhorn-events";
    let eio = saying(Code::ContentUnreadable, Severity::Corrupt, "read says EIO (I/O error)");
    assert!(fires(events, &eio, &[VOLUME]));
    assert!(!fires(events, &eio, &[]));
    let euclean = saying(Code::ContentUnreadable, Severity::Corrupt, "read says EUCLEAN");
    assert!(!fires(events, &euclean, &[VOLUME]));

    let disagrees = |format: &str| {
        vec![Finding {
            severity: Severity::Suspect,
            expected: format!("{format}: sha512 1234"),
            ..under_home(Code::ContentSelfCheckFailed)
        }]
    };
    assert!(fires("verify-npm-cache", &disagrees("npm cache content"), &[]));
    assert!(!fires("verify-npm-cache", &disagrees("git loose object"), &[]));
}

fn self_check(format: &str, path: &[u8]) -> Finding {
    let expected = format!("{format}: sha512 1234");
    let code = Code::ContentSelfCheckFailed;
    Finding { severity: Severity::Suspect, expected, ..finding(code, path) }
}

fn commands_of(advice: Vec<Recommendation>, id: &str) -> Vec<String> {
    let steps = advice.into_iter().filter(|advice| advice.id == id).flat_map(|it| it.steps);
    steps.filter_map(|step| step.command).collect()
}

/// That of whoever pastes the command is another one, and sound.
#[test]
fn npm_is_told_which_cache_is_damaged() {
    let damaged = |paths: &[&[u8]]| {
        let of = |path: &&[u8]| self_check("npm cache content", path);
        let found: Vec<_> = paths.iter().map(of).collect();
        // What npm of whoever ran fscan has is not what was found.
        let facts = [(FactName::NpmCache, Text("/home/other/.npm"))];
        commands_of(advice(&found, &facts), "verify-npm-cache")
    };
    let twice: [&[u8]; 3] = [
        b"/home/coder/.npm/_cacache/content-v2/sha512/aa/bb/cc",
        b"/home/coder/.npm/_cacache/index-v5/aa/bb/cc",
        b"/home/coder/it's $(id)/_cacache/content-v2/sha512/aa/bb/cc",
    ];
    assert_eq!(
        damaged(&twice),
        [
            "npm cache verify --cache /home/coder/.npm",
            r"npm cache verify --cache '/home/coder/it'\''s $(id)'"
        ]
    );
    let deep = [b"/d".repeat(50_000), b"/_cacache/a".to_vec()].concat();
    for unknown in [b"/home/coder/cache/a", &deep[..]] {
        assert_eq!(damaged(&[unknown]), ["npm cache verify --cache DIRECTORY"]);
    }
    let many: Vec<_> =
        (0..20).map(|n| format!("/home/coder/{n}/_cacache/a").into_bytes()).collect();
    let many = damaged(&many.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(many.len(), 9);
    assert_eq!(many[8], "npm cache verify --cache DIRECTORY");
}

#[test]
fn git_is_told_which_repository_is_damaged() {
    let id = "restore-git-objects";
    for (format, path, repository) in [
        ("git loose object", "/home/coder/app/.git/objects/0c/fbf088", "/home/coder/app/.git"),
        ("git pack", "/home/coder/a b.git/objects/pack/pack-1.pack", "'/home/coder/a b.git'"),
        ("git pack index", "/home/coder/app/.git/objects/pack/p.idx", "/home/coder/app/.git"),
        ("git commit graph", "/home/coder/m/objects/info/commit-graph", "/home/coder/m"),
        ("git pack", "/home/coder/pack-1.pack", "REPOSITORY"),
    ] {
        assert_eq!(
            commands_of(advice(&[self_check(format, path.as_bytes())], &[]), id),
            [
                format!("git --git-dir={repository} fsck --full --no-dangling"),
                format!("git --git-dir={repository} fetch --refetch")
            ]
        );
    }
    for format in ["git index", "npm cache content", "zip archive"] {
        let other = self_check(format, b"/home/coder/app/.git/objects/x");
        assert!(!fires(id, &[other], &[]), "{format}");
    }
}

#[test]
fn npm_is_told_which_cache_an_install_complained_of() {
    let complaint = (FactName::NpmComplaints, List(&["EINTEGRITY"]));
    for (cache, expected) in [
        ("/home/coder/.npm", "npm cache verify --cache /home/coder/.npm"),
        ("/home/a b/.npm", "npm cache verify --cache '/home/a b/.npm'"),
        (r"/home/\xff", "npm cache verify --cache DIRECTORY"),
        ("", "npm cache verify --cache DIRECTORY"),
    ] {
        let facts = [complaint, (FactName::NpmCache, Text(cache))];
        assert_eq!(commands_of(advice(&[], &facts), "verify-npm-cache-once"), [expected]);
    }
}

#[test]
fn links_without_a_target_come_from_git() {
    let error = |words: &str, class: TarClassification| Finding {
        severity: Severity::Suspect,
        found: words.to_owned(),
        evidence: vec![class.evidence()],
        ..under_home(Code::TarEntryError)
    };
    let link = error("ENOENT: symlink '' -> '/a'", TarClassification::Unknown);
    assert!(fires("install-links", &[link], &[]));
    let file = error("ENOENT: open '/a'", TarClassification::Unknown);
    assert!(!fires("install-links", &[file], &[]));
}

#[test]
fn installing_anew_is_for_where_extraction_works() {
    let leftovers = [(FactName::InstallLeftovers, List(&["/home/coder/node_modules/.a-12345678"]))];
    let (roots, environment) = ([volume()], environment(&leftovers));
    let trips = tar_trips();
    let advised = |findings: &[Finding], trips| {
        let known =
            Known { environment: Some(&environment), tar: trips, ..known(findings, &roots) };
        recommend(known).iter().any(|advice| advice.id == "install-anew")
    };
    assert!(advised(&[], Some(&trips)));
    assert!(!advised(&[], None), "nothing was extracted");
    assert!(!advised(&[under_home(Code::DirentDangling)], Some(&trips)));
    let mut failing = trips.clone();
    failing.runs[0] =
        crate::sample::failing(failing.runs[0].clone(), TarClassification::ParentRemoved, 1);
    assert!(!advised(&[], Some(&failing)));
}

/// The order of work of a case like that which fscan was made for, and nothing that destroys.
#[test]
fn the_incident_is_led_through_in_order() {
    let facts = [
        VOLUME,
        (FactName::Claim, Text("home")),
        (FactName::ClaimNamespace, Text("dev")),
        (FactName::PersistentVolume, Text("pvc-1")),
        (FactName::VolumeReplicas, Number(1)),
        (FactName::VolumeRobustness, Text("healthy")),
        (FactName::LastBackup, Text("")),
        (FactName::User, Text("coder")),
        (FactName::NpmCache, Text("/home/coder/.npm")),
        (FactName::NestedOverlay, Text("refused")),
        (FactName::SubordinateUserIds, Number(0)),
        (FactName::SubordinateGroupIds, Number(0)),
        (FactName::IdMapping, Flag(false)),
        DOCKER,
        ON_OVERLAY,
        BUILDAH,
    ];
    let codes = [
        Code::DirentDangling,
        Code::DirentBadInode,
        Code::VolumeNotRedundant,
        Code::VolumeNotBackedUp,
    ];
    let advised = advice(&codes.map(under_home), &facts);
    let ids: Vec<_> = advised.iter().map(|advice| advice.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "secure-data",
            "snapshot-longhorn-volume",
            "back-up-first",
            "suspect-directory-index",
            "check-longhorn-ext4-offline",
            "check-in-instance-manager",
            "healthy-is-no-proof",
            "repair-longhorn-ext4",
            "recreate-volume-claim",
            "install-on-tmpfs",
            "docker-data-volume",
            "add-subordinate-ids",
            "raise-replicas",
            "new-storage-class",
        ]
    );
    assert!(advised.iter().map(|advice| advice.priority).is_sorted());
    let commands: Vec<_> = advised
        .iter()
        .flat_map(|advice| &advice.steps)
        .filter_map(|step| step.command.as_deref())
        .collect();
    for expected in [
        "e2fsck -fn /dev/longhorn/pvc-1",
        "kubectl -n dev describe pvc home",
        "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 coder",
        "fscan --read-only /home/coder --manifest ELSEWHERE/as-found.jsonl.gz",
    ] {
        assert!(commands.contains(&expected), "{expected}: {commands:#?}");
    }
    assert!(commands.iter().any(|command| command.contains(r#""spec":{"volume":"pvc-1","#)));
    let destructive = ["e2fsck -fy", "delete pvc", "rm -rf"];
    for command in &commands {
        assert!(!destructive.iter().any(|words| command.contains(words)), "{command}");
    }
    let held: Vec<_> = advised.iter().filter(|advice| advice.held_back.is_some()).collect();
    assert_eq!(held.len(), 2, "{held:#?}");
    assert!(held.iter().all(|advice| {
        advice.held_back.as_ref().unwrap().contains("no backup of the volume is known")
    }));
}

/// What a pod's errors count or an accepted finding says is not forgotten.
#[test]
fn what_needs_a_sound_volume_is_not_advised_where_one_is_in_doubt() {
    let id = "docker-data-root-on-claim";
    let docker = [DOCKER, ON_OVERLAY];
    assert!(fires(id, &[], &docker));
    let with = |fact| [DOCKER, ON_OVERLAY, fact];
    assert!(fires(id, &[], &with((FactName::KernelErrors, Number(0)))));
    assert!(!fires(id, &[], &with((FactName::KernelErrors, Number(1)))));
    assert!(!fires(id, &[], &with((FactName::EngineReadOnly, Flag(true)))));

    let (roots, environment) = ([volume()], environment(&docker));
    let accepted = |severity| {
        let row = crate::Suppressed {
            code: Code::DirentDangling,
            severity,
            count: 1,
            reason: "known".into(),
            expires: None,
            expired: false,
            glob: None,
            file: volume().path,
        };
        let known =
            Known { environment: Some(&environment), suppressed: &[row], ..known(&[], &roots) };
        recommend(known).iter().any(|advice| advice.id == id)
    };
    assert!(accepted(Severity::Info) && !accepted(Severity::Corrupt));
    let unscanned = Known { environment: Some(&environment), scanned: false, ..known(&[], &roots) };
    assert!(!recommend(unscanned).iter().any(|advice| advice.id == id), "nothing was looked at");
}

/// The kernel's findings name the mount point, and the device by the kernel's name for it.
#[test]
fn a_device_tells_the_root_before_a_path_does() {
    let mut app = volume();
    app.path = crate::PathName::new(b"/home/coder/app".to_vec());
    let roots = [root("/", "ext4", "/dev/sda1"), app];
    let fact = Fact::of_path(FactName::BlockDevice, &roots[1].path, Answer::is("sdb"), "test");
    let environment = Environment { facts: vec![fact], components: vec![] };
    let mut error = finding(Code::KernelErrorsRecorded, b"/home/coder");
    error.subject.device = Some("sdb".into());
    let findings = [error];
    let known = Known { environment: Some(&environment), ..known(&findings, &roots) };
    let commands: Vec<_> = recommend(known)
        .into_iter()
        .flat_map(|advice| advice.steps)
        .filter_map(|step| step.command)
        .filter(|command| command.starts_with("e2fsck"))
        .collect();
    assert_eq!(commands, [format!("e2fsck -fn {}", volume().device)]);
}

#[test]
fn what_destroys_is_given_when_a_copy_was_verified() {
    let commands = |facts: &[(FactName, Value)]| -> Vec<String> {
        let advised = advice(&[under_home(Code::DirentDangling)], facts);
        let steps = advised.into_iter().flat_map(|advice| advice.steps);
        steps.filter_map(|step| step.command).collect()
    };
    let claim = [
        (FactName::Claim, Text("home")),
        (FactName::ClaimNamespace, Text("dev")),
        (FactName::LastBackup, Text("2026-11-01T00:00:00Z")),
    ];
    let destroys = |commands: &[String]| {
        ["kubectl -n dev delete pvc home".to_owned()].iter().all(|c| commands.contains(c))
    };
    let held = [VOLUME, claim[0], claim[1], claim[2]];
    assert!(!destroys(&commands(&held)), "a backup that nobody compared is no verified copy");
    let why = advice(&[under_home(Code::DirentDangling)], &held);
    let why = why.iter().find_map(|advice| advice.held_back.as_deref()).unwrap();
    assert!(why.contains("the last backup (2026-11-01T00:00:00Z) has not been compared"), "{why}");
    for verified in [false, true] {
        let facts = [VOLUME, claim[0], claim[1], (FactName::VerifiedCopy, Flag(verified))];
        let commands = commands(&facts);
        assert_eq!(destroys(&commands), verified);
        assert_eq!(commands.iter().any(|command| command.starts_with("e2fsck -fy")), verified);
    }
}

#[test]
fn names_that_are_none_of_kubernetes_are_not_pasted() {
    for hostile in ["x; rm -rf /", "a\nb", "$(id)", "-fy", "'", "ä"] {
        let roots = [volume()];
        let mut environment = environment(&[VOLUME]);
        environment.facts[0].answer = Answer::is(hostile);
        let findings = [under_home(Code::DirentDangling)];
        let known = Known { environment: Some(&environment), ..known(&findings, &roots) };
        for step in recommend(known).into_iter().flat_map(|advice| advice.steps) {
            let command = step.command.unwrap_or_default();
            assert!(!command.contains(hostile) || hostile == "'", "{command}");
        }
        let all = recommend(known).into_iter().flat_map(|advice| advice.steps);
        let mut commands = all.filter_map(|step| step.command);
        assert!(commands.any(|command| command.ends_with("/dev/longhorn/VOLUME")));
    }
}

#[test]
fn how_much_hangs_on_it_is_the_worst_that_led_to_it() {
    let severity = |id: &str, findings: &[Finding], facts: &[(FactName, Value)]| {
        let advised = advice(findings, facts);
        advised.into_iter().find(|advice| advice.id == id).unwrap().severity
    };
    let dangling = under_home(Code::DirentDangling);
    let mut doubtful = dangling.clone();
    doubtful.severity = Severity::Suspect;
    let both = [doubtful, dangling];
    assert_eq!(severity("snapshot-longhorn-volume", &both, &[VOLUME]), Severity::Corrupt);
    assert_eq!(severity("snapshot-longhorn-volume", &both[..1], &[VOLUME]), Severity::Suspect);
    assert_eq!(severity("docker-data-volume", &[], &[DOCKER, ON_OVERLAY]), Severity::Warning);
    let leftovers = [(FactName::InstallLeftovers, List(&["/a"]))];
    assert_eq!(severity("remove-install-leftovers", &[], &leftovers), Severity::Info);
}

#[test]
fn a_fact_of_one_root_is_none_of_another() {
    let roots = [volume(), root("/data", "ext4", "/dev/sdb")];
    let environment = environment(&[VOLUME]);
    let findings = [finding(Code::DirentDangling, b"/data/a")];
    let known = Known { environment: Some(&environment), ..known(&findings, &roots) };
    let ids: Vec<_> = recommend(known).into_iter().map(|advice| advice.id).collect();
    assert!(ids.contains(&"check-ext4-offline".to_owned()), "{ids:?}");
    assert!(!ids.contains(&"snapshot-longhorn-volume".to_owned()), "{ids:?}");
}

#[test]
fn names_of_leftovers_are_words_of_the_shell() {
    let facts = [(
        FactName::InstallLeftovers,
        List(&["/home/coder/node_modules/.a-12345678", "/home/coder/a b/node_modules/.$(x)-1"]),
    )];
    let advised = advice(&[], &facts);
    let steps = advised.iter().flat_map(|advice| &advice.steps);
    let commands: Vec<_> = steps.filter_map(|step| step.command.as_deref()).collect();
    let list = "ls -ld /home/coder/node_modules/.a-12345678 '/home/coder/a b/node_modules/.$(x)-1'";
    assert!(commands.contains(&list), "{commands:#?}");
}
