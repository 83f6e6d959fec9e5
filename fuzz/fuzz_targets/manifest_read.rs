//! Bytes as a manifest, plain or compressed: what can be read of it can be written, and reads back.

#![no_main]

use std::io::Cursor;

use fscan_fuzz::mutate_manifest;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use reports::PathName;
use scanner::manifest::{Compression, Counts, Header, ManifestReader, write_manifest};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_manifest(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let open = |bytes| ManifestReader::new(PathName::new(b"fuzz".to_vec()), Cursor::new(bytes));
    let Ok(mut reader) = open(bytes.to_vec()) else { return };
    let entries: Vec<_> = reader.by_ref().map_while(Result::ok).collect();
    let header = Header { counts: Counts::of(&entries), ..reader.header().clone() };
    for compression in [Compression::None, Compression::Gzip] {
        let mut written = Vec::new();
        write_manifest(&mut written, compression, &header, &[entries.as_slice()]).unwrap();
        let again = open(written).unwrap();
        assert_eq!(again.header(), &header);
        assert_eq!(again.collect::<Result<Vec<_>, _>>().unwrap(), entries);
    }
});
