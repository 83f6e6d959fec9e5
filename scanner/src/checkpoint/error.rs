//! Why a checkpoint cannot be used.

use std::io;

use reports::PathName;

/// A checkpoint that cannot be read, written, or used for this scan. The message is one line that
/// names the file, what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", .path.escaped())]
pub struct CheckpointError {
    /// The file.
    pub path: PathName,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It could not be opened or made.
    #[error("the checkpoint cannot be opened ({0}); check the folder and its permissions")]
    Open(io::Error),
    /// It could not be read.
    #[error("the checkpoint cannot be read ({0}); remove it to begin anew")]
    Read(io::Error),
    /// It could not be written.
    #[error(
        "the checkpoint cannot be written ({0}); what it held before, if anything, still counts. \
         Is the disk full?"
    )]
    Write(io::Error),
    /// Something else stands under its path.
    #[error(
        "the checkpoint was moved or removed while the scan went on; what is there now is left \
             alone"
    )]
    Replaced,
    /// Its disk hangs.
    #[error(
        "the checkpoint's disk does not answer, so the last of what was read may not be kept; what \
         it held before still counts"
    )]
    NoAnswer,
    /// There is no thread to write it.
    #[error("no thread could be started for the checkpoint ({0}); see ulimit -u and pids.max")]
    Thread(io::Error),
    /// It could not be removed.
    #[error("the checkpoint of a finished scan cannot be removed ({0}); remove it by hand")]
    Remove(io::Error),
    /// A symbolic link.
    #[error("it is a symbolic link; give the path that it leads to")]
    Link,
    /// A directory, FIFO, socket or device.
    #[error("it is no regular file; give --checkpoint a path of its own")]
    NoFile,
    /// Something else.
    #[error("it is no checkpoint, and is left alone; give --checkpoint a path of its own")]
    Other,
    /// Another process uses it.
    #[error("another scan is writing this checkpoint; wait for it, or give another path")]
    InUse,
    /// Of another version of the format or of the program.
    #[error(
        "the checkpoint was written by {0}, which may have read in another way; go on with that, \
         or remove the file to begin anew"
    )]
    OtherVersion(String),
    /// Of other trees.
    #[error("the checkpoint is of a scan of {0}; give another path, or remove it to begin anew")]
    OtherRoots(String),
    /// Of another filesystem at the path of a root.
    #[error(
        "the checkpoint is of another filesystem at this path ({0}): is the volume mounted? Give \
         another path, or --force to begin anew"
    )]
    OtherFilesystem(String),
}
