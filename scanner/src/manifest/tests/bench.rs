use std::time::Instant;
use crate::manifest::*;
use crate::inode_facts::FileKind;
#[test]
#[ignore]
fn bench() {
    let n: u64 = 1_000_000;
    let make = |i: u64| -> Entry {
        let (path, kind) = if i == 0 { (vec![], FileKind::Directory) } else if i % 30 == 1 {
            (format!("package-{:07}", i/30).into_bytes(), FileKind::Directory)
        } else { (format!("package-{:07}/file-{:03}.module.js", (i-1)/30, (i-1)%30+100).into_bytes(), FileKind::Regular) };
        let reg = kind == FileKind::Regular;
        Entry { path, kind, mode: 0o644, uid: 1000, gid: 1000, size: if reg {i*37%100_000} else {0}, modified_at: (1_700_000_000 + (i as i64/10), (i*7919%1_000_000_000) as u32), target: None, device: None, attributes: vec![], same_file_as: None,
            hash: reg.then(|| *blake3::hash(&i.to_le_bytes()).as_bytes()), unreadable: vec![] }
    };
    let v: Vec<Entry> = (0..n).map(make).collect();
    for c in [Compression::None, Compression::Gzip] {
        let name = if c == Compression::None {"/tmp/wtm.jsonl"} else {"/tmp/wtm.jsonl.gz"};
        let t = Instant::now();
        let mut f = std::fs::File::create(name).unwrap();
        let w = write_manifest(&mut f, c, "fscan 0.1.0", std::path::Path::new("/x"), reports::Timestamp::now(), v.iter()).unwrap();
        println!("{c:?} write {:?} {} bytes", t.elapsed(), std::fs::metadata(name).unwrap().len());
        let t = Instant::now();
        let r = ManifestReader::open(std::path::Path::new(name)).unwrap();
        assert_eq!(r.map(|e| e.unwrap()).count() as u64, n);
        println!("read {:?}", t.elapsed());
        let t = Instant::now();
        assert_eq!(read_seal(std::path::Path::new(name)).unwrap().digest, w.digest);
        println!("seal {:?}", t.elapsed());
    }
}
