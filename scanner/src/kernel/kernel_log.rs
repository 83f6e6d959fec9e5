//! Lines of the kernel's log that name a device, from /dev/kmsg (kernel
//! Documentation/ABI/testing/dev-kmsg). Needs CAP_SYSLOG where `dmesg_restrict` is 1.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, SeekFrom, open, seek};
use rustix::io::{Errno, read};

use crate::checks::errno_name;

/// Lines that are kept: the last ones.
const KEPT: usize = 8;

/// The longest record that the kernel hands out (`PRINTKRB_RECORD_MAX`), with room to spare.
const RECORD: usize = 8192;

/// Most records that are read; the log is a ring and may be written faster than it is read.
const MOST_RECORDS: usize = 200_000;

/// A place in the kernel's log.
#[derive(Debug)]
pub(super) struct LogPosition(OwnedFd);

impl LogPosition {
    /// Its end as it is now; none where it cannot be read.
    pub(super) fn now() -> Option<Self> {
        let log = open_log().ok()?;
        seek(&log, SeekFrom::End(0)).ok()?;
        Some(LogPosition(log))
    }

    /// The errors of ext4 about `device` that came since, each once. Where the device cannot be
    /// written to, no counter can tell of them.
    pub(super) fn errors_since(&self, device: &str) -> Vec<String> {
        let mut lines = read_lines(&self.0, device).unwrap_or_default();
        lines.retain(|line| line.starts_with("EXT4-fs error"));
        lines
    }
}

fn cannot(errno: Errno) -> String {
    format!("/dev/kmsg cannot be read: {}", errno_name(errno))
}

fn open_log() -> Result<OwnedFd, String> {
    open_quietly().map_err(cannot)
}

fn open_quietly() -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    open("/dev/kmsg", flags, Mode::empty())
}

/// Whether the log can be read.
pub fn try_log() -> Result<(), Errno> {
    match read(&open_quietly()?, &mut [0; RECORD]) {
        Ok(_) | Err(Errno::PIPE | Errno::AGAIN) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// The last ext4 lines about `device`, each once; an error says why there are none.
pub(super) fn lines_of(device: &str) -> Result<Vec<String>, String> {
    read_lines(&open_log()?, device)
}

fn read_lines(log: &OwnedFd, device: &str) -> Result<Vec<String>, String> {
    let mut buffer = [0; RECORD];
    let mut lines = VecDeque::new();
    for _ in 0..MOST_RECORDS {
        match read(log, &mut buffer) {
            // EPIPE: records were overwritten before they were read; the next read goes on.
            Err(Errno::PIPE) => {}
            Ok(0) | Err(Errno::AGAIN) => break,
            Ok(length) => keep(&mut lines, buffer.get(..length).unwrap_or(&[]), device),
            Err(errno) => return Err(cannot(errno)),
        }
    }
    Ok(lines.into())
}

/// A record is `priority,number,time,flags;text`, and further lines that begin with a space.
fn keep(lines: &mut VecDeque<String>, record: &[u8], device: &str) {
    let record = String::from_utf8_lossy(record);
    let Some((_, text)) = record.split_once(';') else {
        return;
    };
    let line = text.lines().next().unwrap_or_default();
    if is_about(line, device) && is_mount(line) {
        // What the log says of the device before is of another filesystem, or of another mount.
        lines.clear();
    }
    if !speaks_of_trouble(line, device) || lines.iter().any(|known| known == line) {
        return;
    }
    if lines.len() == KEPT {
        lines.pop_front();
    }
    lines.push_back(line.to_owned());
}

/// `EXT4-fs error (device sda1): ...`, `EXT4-fs (sda1): ...`. The name is looked for where the kernel
/// puts it: further on the line stands what others chose, such as the name of a process.
fn is_about(line: &str, device: &str) -> bool {
    let device = device.replace('!', "/");
    let starts = [
        format!("EXT4-fs error (device {device}): "),
        format!("EXT4-fs warning (device {device}): "),
        format!("EXT4-fs ({device}): "),
    ];
    starts.iter().any(|start| line.starts_with(start.as_str()))
}

/// `EXT4-fs (sda1): mounted filesystem UUID r/w with ordered data mode.`
fn is_mount(line: &str) -> bool {
    line.contains("): mounted filesystem")
}

/// A line about the device that is no routine.
fn speaks_of_trouble(line: &str, device: &str) -> bool {
    let routine = ["mounted filesystem", "unmounting filesystem", "re-mounted"];
    is_about(line, device) && !routine.iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_the_device_are_kept_once() {
        let mut lines = VecDeque::new();
        let records = [
            "3,100,5,-;EXT4-fs error (device sda1): ext4_lookup:1817: inode #2: comm ls",
            "3,101,6,-;EXT4-fs error (device sda1): ext4_lookup:1817: inode #2: comm ls\n SUB=x",
            "3,102,7,-;EXT4-fs error (device sda11): other",
            "6,103,8,-;EXT4-fs (sda1): mounted filesystem 1234 r/w",
            "3,100,9,-;EXT4-fs error (device sda1): ext4_lookup:1817: inode #3: comm ls",
            "3,101,9,-;EXT4-fs error (device sda1): ext4_lookup:1817: inode #3: comm ls\n SUB=x",
            "3,102,9,-;EXT4-fs error (device sdb1): ext4_lookup:1: inode #3: comm (device sda1)",
            "4,104,9,-;EXT4-fs (sda1): error count since last fsck: 2",
            "garbage",
        ];
        records.iter().for_each(|record| keep(&mut lines, record.as_bytes(), "sda1"));
        assert_eq!(lines.len(), 2, "of this mount: {lines:?}");
        assert!(lines[1].ends_with("error count since last fsck: 2"));
    }
}
