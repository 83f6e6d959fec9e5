#![forbid(unsafe_code)]
//! Hammers filesystems with generated operations, and compares what they do with what POSIX and
//! Linux say they should.

pub mod data;
pub mod name;
pub mod op;
pub mod operand;
pub mod path;
pub mod site;

pub use op::{Op, OpError, OpKind};
