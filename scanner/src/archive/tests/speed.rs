//! How fast an archive is read: `cargo test --release archive::tests::speed -- --ignored`.

use std::fs::File;
use std::time::Instant;

use crate::archive::{ArchiveReader, Limits};

#[test]
#[ignore = "a measurement: ARCHIVE names the file"]
fn reading_keeps_up_with_tar() {
    let path = std::env::var_os("ARCHIVE").unwrap();
    let begun = Instant::now();
    let mut reader = ArchiveReader::new(File::open(path).unwrap(), Limits::default());
    let (mut members, mut buffer) = (0, vec![0; 256 << 10]);
    while reader.next_member().unwrap().is_some() {
        members += 1;
        while reader.read(&mut buffer).unwrap() > 0 {}
    }
    eprintln!("{members} members, {} bytes, {:?}", reader.offset(), begun.elapsed());
}
