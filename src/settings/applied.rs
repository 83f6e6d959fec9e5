//! Settings in the place of options that were not typed.

use crate::arguments::{
    Command, ProgressArguments, ResultArguments, ScanArguments, Typed, WorkArguments,
};

use super::defaults::Defaults;

/// Changes what was not typed. Options that a command does not have are not for it.
pub fn apply(defaults: Defaults, command: &mut Command, typed: &Typed) {
    match command {
        Command::Scan(scan) => {
            result(&defaults, &mut scan.result, typed);
            progress(&defaults, &mut scan.progress, typed);
            work(&defaults, &mut scan.work, typed);
            apply_to_scan(defaults, scan, typed);
        }
        Command::Diff(diff) => result(&defaults, &mut diff.result, typed),
        Command::Image(image) => result(&defaults, &mut image.result, typed),
        Command::Merge(merge) => {
            result(&defaults, &mut merge.result, typed);
            progress(&defaults, &mut merge.progress, typed);
            work(&defaults, &mut merge.work, typed);
        }
        Command::Env(env) => result(&defaults, &mut env.result, typed),
        Command::Tar(tar) => {
            result(&defaults, &mut tar.result, typed);
            progress(&defaults, &mut tar.progress, typed);
        }
        Command::Stress(stress) => {
            result(&defaults, &mut stress.result, typed);
            progress(&defaults, &mut stress.progress, typed);
        }
        _ => {}
    }
}

fn apply_to_scan(defaults: Defaults, scan: &mut ScanArguments, typed: &Typed) {
    let set_list = |list: &mut Vec<String>, value: Option<Vec<String>>, typed: bool| {
        if let Some(value) = value.filter(|_| !typed) {
            *list = value;
        }
    };
    set_list(&mut scan.exclude, defaults.exclude, typed.has("exclude"));
    // Both are one choice.
    let chosen = typed.has("check") || typed.has("skip");
    set_list(&mut scan.check, defaults.check, chosen);
    set_list(&mut scan.skip, defaults.skip, chosen);
    scan.max_rate = scan.max_rate.or(defaults.max_rate);
}

fn work(defaults: &Defaults, work: &mut WorkArguments, typed: &Typed) {
    work.asked = work.asked.or(defaults.threads);
    if !typed.has("stat_timeout") {
        work.stat_timeout = defaults.stat_timeout.unwrap_or(work.stat_timeout);
    }
}

fn result(defaults: &Defaults, result: &mut ResultArguments, typed: &Typed) {
    result.all_findings |= defaults.all_findings.unwrap_or(false);
    result.strict |= defaults.strict.unwrap_or(false);
    if let Some(fail_on) = defaults.fail_on.filter(|_| !typed.has("fail_on")) {
        result.fail_on = fail_on;
    }
    if let Some(format) = defaults.format.filter(|_| !typed.has("format")) {
        result.shape.format = format;
    }
    if let Some(color) = defaults.color.filter(|_| !typed.has("color")) {
        result.shape.color = color;
    }
}

fn progress(defaults: &Defaults, progress: &mut ProgressArguments, typed: &Typed) {
    if let Some(when) = defaults.progress.filter(|_| !typed.has("progress")) {
        progress.when = when;
    }
}
