use super::*;

fn plan(text: &str) -> Plan {
    let config = Config::read(text, Path::new("nightly.toml")).unwrap();
    Plan::new(&config, &Places::find(&config), Path::new("/n"), Timestamp::now(), &[])
}

#[test]
fn what_is_forced_is_forced_on_all() {
    let forced = |plan: &Plan| -> Vec<_> {
        let forced = |step: &Step| step.arguments().iter().any(|word| word == "--force");
        plan.steps.iter().map(forced).collect()
    };
    assert_eq!(forced(&plan("roots = [\"/proc\"]")), [false; 4]);
    assert_eq!(forced(&plan("roots = [\"/proc\"]\nforce = true")), [true; 4]);
}

#[test]
fn a_step_without_some_of_its_targets() {
    let text = "roots = [\"/proc\", \"/sys\"]\ncontrol = false\n";
    let plan = plan(text);
    let stress = plan.steps.iter().find(|it| it.name == NightStepName::Stress).unwrap();
    assert_eq!(stress.written.len(), 2);
    let without = stress.without(&stress.written[..1]).command_line();
    assert!(without.starts_with("fscan stress sys-2=/sys --duration"), "{without}");
    assert_eq!(stress.place(), "stress");
}

/// Reports are read when the night is over, and its folder is called otherwise then.
#[test]
fn reproducers_are_told_as_they_will_be_called() {
    let config = Config::read("roots = [\"/proc\"]", Path::new("nightly.toml")).unwrap();
    let plan = |folder: &str| {
        let places = Places::find(&config);
        let plan = Plan::new(&config, &places, Path::new(folder), Timestamp::now(), &[]);
        let mut steps = plan.steps.into_iter();
        steps.find(|step| step.name == NightStepName::Stress).unwrap().command_line()
    };
    let (night, partial) = (plan("/n/1"), plan("/n/1.partial"));
    assert!(night.contains(" --reproducers /n/1/reproducers"), "{night}");
    assert!(!night.contains("--reproducers-later"), "{night}");
    assert!(partial.contains(" --reproducers /n/1.partial/reproducers"), "{partial}");
    assert!(partial.contains(" --reproducers-later /n/1/reproducers"), "{partial}");
}
