//! The table that the test prints, and what it says of misses.

use std::fmt::Write;

use super::classes::CLASSES;
use super::judge::{Fsck, Judged, Scan};

/// Counts of a class, or of all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    mutants: usize,
    not_mounted: usize,
    called_clean: usize,
    unjudged: usize,
    counted: usize,
    /// As root and as nobody.
    recognised: [usize; 2],
}

impl Tally {
    pub(super) fn of<'a>(mutants: impl Iterator<Item = &'a Judged>) -> Tally {
        let mut tally = Tally::default();
        mutants.for_each(|judged| tally.add(judged));
        tally
    }

    fn add(&mut self, judged: &Judged) {
        self.mutants += 1;
        self.called_clean += usize::from(judged.fsck == Fsck::Clean);
        self.unjudged += usize::from(matches!(judged.fsck, Fsck::Neither(_)));
        match &judged.scans {
            None => self.not_mounted += 1,
            Some(scans) if judged.counts() => {
                self.counted += 1;
                for (count, scan) in self.recognised.iter_mut().zip(scans) {
                    *count += usize::from(scan.recognised());
                }
            }
            Some(_) => (),
        }
    }

    /// Percentages as root and as nobody; a class of which nothing counts has none.
    pub(super) fn recall(&self) -> Option<[f64; 2]> {
        (self.counted > 0)
            .then(|| self.recognised.map(|count| 100.0 * count as f64 / self.counted as f64))
    }
}

/// The table, the misses and the disagreements.
pub(super) fn report(all: &[Judged]) -> String {
    let mut text = table(all);
    let counted = || all.iter().filter(|judged| judged.counts());
    let missed = |judged: &&Judged| !judged.scans.iter().flatten().all(Scan::recognised);
    text += &list("Missed", counted().filter(missed));
    let clean = all.iter().filter(|judged| judged.fsck == Fsck::Clean);
    let objected = |judged: &&Judged| judged.scans.iter().flatten().any(Scan::recognised);
    text += &list("Disagreement: clean says e2fsck, but not fscan", clean.filter(objected));
    text
}

fn table(all: &[Judged]) -> String {
    let mut text = format!(
        "\n{:24} {:>7} {:>9} {:>5} {:>8} {:>7} {:>14} {:>14}\n",
        "class", "mutants", "unmounted", "clean", "unjudged", "counted", "as root", "as nobody"
    );
    for class in CLASSES {
        let of_class = all.iter().filter(|judged| judged.plan.class.name == class.name);
        row(&mut text, class.name, Tally::of(of_class));
    }
    row(&mut text, "all", Tally::of(all.iter()));
    text
}

fn row(text: &mut String, name: &str, tally: Tally) {
    let Tally { mutants, not_mounted, called_clean, unjudged, counted, recognised } = tally;
    let [root, nobody] = match tally.recall() {
        Some(recall) => [0, 1].map(|n| format!("{} ({:5.1} %)", recognised[n], recall[n])),
        None => ["-", "-"].map(str::to_owned),
    };
    let _ = writeln!(
        text,
        "{name:24} {mutants:7} {not_mounted:9} {called_clean:5} {unjudged:8} {counted:7} \
         {root:>14} {nobody:>14}"
    );
}

fn list<'a>(title: &str, mutants: impl Iterator<Item = &'a Judged>) -> String {
    let lines: Vec<String> = mutants.map(line).collect();
    format!("\n{title}: {}\n{}", lines.len(), lines.concat())
}

fn line(judged: &Judged) -> String {
    let Judged { plan, description, read_only, scans, .. } = judged;
    let mounted = if *read_only { "ro" } else { "rw" };
    let (number, class, base) = (plan.number, plan.class.name, plan.base_name());
    let said: Vec<String> = scans.iter().flatten().map(said).collect();
    let [root, nobody] = &said[..] else { unreachable!("only what was mounted is listed") };
    format!(
        "  {number:4} {base} {mounted} {class}: {description}\n       root: {root}; nobody: {nobody}\n"
    )
}

fn said(scan: &Scan) -> String {
    match scan {
        Scan::Recognised(codes) => codes.join(" "),
        Scan::Missed => "missed".to_owned(),
        Scan::Failed(words) => format!("FAILED ({words})"),
    }
}
