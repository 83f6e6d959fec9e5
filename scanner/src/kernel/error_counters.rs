//! `kernel-errors-recorded`, `kernel-errors-during-scan`: the errors that ext4 counted.
//!
//! Looks at /sys/fs/ext4/DEV/errors_count and first_/last_error_* (kernel fs/ext4/sysfs.c, mode
//! 0444). A count above 0 proves that the kernel met damage since the last e2fsck, which alone
//! resets it; a count that grew during the scan that it met damage now. A device that is
//! read-only cannot record. ext2, ext3, ext4; no privilege.

use std::fs;

use reports::{Code, Finding, Subject, Timestamp};
use serde::{Deserialize, Serialize};

/// The counters of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorCounters {
    /// Errors since the last e2fsck.
    pub errors: u64,
    first: Option<RecordedError>,
    last: Option<RecordedError>,
}

/// One error as the superblock keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RecordedError {
    time: i64,
    function: String,
    line: u64,
    ino: u64,
    block: u64,
    code: u64,
}

impl ErrorCounters {
    /// Reads the counters of a device by the kernel's name for it.
    pub fn read(device: &str) -> Option<Self> {
        let field = |name: &str| -> Option<String> {
            let text = fs::read_to_string(format!("/sys/fs/ext4/{device}/{name}")).ok()?;
            Some(text.trim().to_owned())
        };
        Some(ErrorCounters {
            errors: field("errors_count")?.parse().ok()?,
            first: RecordedError::read("first", field),
            last: RecordedError::read("last", field),
        })
    }

    /// When the first of them was, in seconds since 1970; none where that is not on record.
    pub fn first_time(&self) -> Option<u64> {
        self.first.as_ref().and_then(|error| u64::try_from(error.time).ok())
    }

    /// When the last of them was.
    pub fn last_time(&self) -> Option<u64> {
        self.last.as_ref().and_then(|error| u64::try_from(error.time).ok())
    }

    /// Blocks that the errors on record name.
    pub fn blocks(&self) -> impl Iterator<Item = u64> {
        let errors = self.first.iter().chain(&self.last);
        errors.map(|error| error.block).filter(|block| *block != 0)
    }

    /// The finding that errors are on record.
    pub fn recorded(&self, subject: Subject, log: &[String]) -> Finding {
        let found = format!("{} since the last e2fsck", count(self.errors));
        let mut finding =
            Finding::new(Code::KernelErrorsRecorded, subject, "no error on record", found);
        finding.evidence.extend(self.first.as_ref().map(|e| format!("first: {e}")));
        if self.last != self.first {
            finding.evidence.extend(self.last.as_ref().map(|e| format!("last: {e}")));
        }
        finding.evidence.extend(log.iter().map(|line| format!("kernel log: {line}")));
        finding
    }

    /// The finding that errors came up since `before`, if any did.
    pub fn grown_since(&self, before: &Self, subject: Subject, log: &[String]) -> Option<Finding> {
        let grown = self.errors.checked_sub(before.errors).filter(|grown| *grown > 0)?;
        let found = count(grown);
        let expected = "the kernel meets no damage while the tree is read";
        let mut finding = Finding::new(Code::KernelErrorsDuringScan, subject, expected, found);
        finding.evidence.extend(self.last.as_ref().map(|e| format!("last: {e}")));
        finding.evidence.extend(log.iter().rev().take(3).rev().map(|l| format!("kernel log: {l}")));
        Some(finding)
    }
}

fn count(errors: u64) -> String {
    if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") }
}

impl RecordedError {
    /// Reads one of the two; none where nothing was recorded.
    fn read(which: &str, field: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| -> u64 {
            let text = field(&format!("{which}_error_{name}"));
            text.and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        let time = i64::try_from(number("time")).ok().filter(|time| *time != 0)?;
        Some(RecordedError {
            time,
            function: field(&format!("{which}_error_func")).unwrap_or_default(),
            line: number("line"),
            ino: number("ino"),
            block: number("block"),
            code: number("errcode"),
        })
    }
}

impl std::fmt::Display for RecordedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Timestamp::from_unix_seconds(self.time) {
            Some(time) => write!(f, "{time}")?,
            None => write!(f, "{} seconds after 1970", self.time)?,
        }
        write!(f, ", function {}, line {}", self.function, self.line)?;
        if self.ino != 0 {
            write!(f, ", inode {}", self.ino)?;
        }
        if self.block != 0 {
            write!(f, ", block {}", self.block)?;
        }
        match meaning(self.code) {
            "" => Ok(()),
            meaning => write!(f, ", {meaning}"),
        }
    }
}

/// The error codes of the superblock in words (kernel fs/ext4/ext4.h, `EXT4_ERR_*`).
fn meaning(code: u64) -> &'static str {
    match code {
        2 => "input/output error",
        3 => "out of memory",
        4 => "a checksum is wrong",
        5 => "the structure is corrupt",
        6 => "no space left",
        16 => "aborted",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(errors: u64) -> ErrorCounters {
        let field = |name: &str| {
            let value = match name {
                "last_error_time" => "1700000000",
                "last_error_func" => "ext4_lookup",
                "last_error_line" => "1817",
                "last_error_ino" => "12",
                "last_error_errcode" => "5",
                _ => "0",
            };
            Some(value.to_owned())
        };
        ErrorCounters { errors, first: None, last: RecordedError::read("last", field) }
    }

    #[test]
    fn the_last_error_is_told_in_words() {
        let finding = counters(2).recorded(Subject::default(), &["EXT4-fs error".to_owned()]);
        assert_eq!(finding.found, "2 errors since the last e2fsck");
        assert_eq!(
            finding.evidence,
            [
                "last: 2023-11-14T22:13:20.000Z, function ext4_lookup, line 1817, inode 12, \
                 the structure is corrupt",
                "kernel log: EXT4-fs error",
            ]
        );
    }

    #[test]
    fn only_growth_is_an_error_during_the_scan() {
        let finding = |before, after| {
            counters(after).grown_since(&counters(before), Subject::default(), &[]).map(|f| f.found)
        };
        assert_eq!(finding(3, 3), None);
        assert_eq!(finding(3, 4).as_deref(), Some("1 error"));
        assert_eq!(finding(3, 0), None, "reset by an e2fsck meanwhile");
    }

    #[test]
    fn a_device_that_is_not_there_has_no_counters() {
        assert_eq!(ErrorCounters::read("no-such-device"), None);
    }
}
