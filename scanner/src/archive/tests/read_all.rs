//! Reading a whole archive, as a test sees it.

use crate::archive::{
    ArchiveError, ArchiveReader, Found, Limits, Member, MemberKind, Refusal, Remark,
};

/// What an archive held.
#[derive(Debug, Default)]
pub struct Read {
    pub members: Vec<(Member, Vec<u8>)>,
    pub refused: Vec<(Vec<u8>, Refusal)>,
    pub remarks: Vec<Remark>,
}

impl Read {
    /// Paths and contents of all members.
    pub fn contents(&self) -> Vec<(&str, &[u8])> {
        let text = |path| std::str::from_utf8(path).unwrap();
        self.members
            .iter()
            .map(|(member, data)| (text(member.path.as_bytes()), &data[..]))
            .collect()
    }

    /// Why members were refused.
    pub fn reasons(&self) -> Vec<Refusal> {
        self.refused.iter().map(|(_, why)| *why).collect()
    }
}

/// Reads all of it.
pub fn read_all(bytes: &[u8]) -> Result<Read, ArchiveError> {
    read_within(bytes, Limits::default())
}

/// Reads all of it, within other limits.
pub fn read_within(bytes: impl std::io::Read, limits: Limits) -> Result<Read, ArchiveError> {
    let mut reader = ArchiveReader::new(bytes, limits);
    let mut read = Read::default();
    while let Some(found) = reader.next_member()? {
        match found {
            Found::Refused(refused) => read.refused.push((refused.name, refused.why)),
            Found::Member(member) => {
                let data = content(&mut reader)?;
                judge(&member, &data);
                read.members.push((member, data));
            }
        }
    }
    read.remarks = reader.remarks().to_vec();
    assert!(matches!(reader.next_member(), Ok(None)), "an end stays one");
    Ok(read)
}

fn content<S: std::io::Read>(reader: &mut ArchiveReader<S>) -> Result<Vec<u8>, ArchiveError> {
    let (mut data, mut buffer) = (Vec::new(), vec![0; 100_000]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(data),
            read => data.extend(&buffer[..read]),
        }
    }
}

/// What holds for every member that is handed on.
fn judge(member: &Member, data: &[u8]) {
    for component in member.path.components() {
        assert!(!matches!(component, b"" | b"." | b".."), "{member:?}");
    }
    assert!(!member.path.as_bytes().starts_with(b"/") && !member.path.as_bytes().contains(&0));
    assert_eq!(member.mode & !0o777, 0);
    let stored = member.sparse.as_ref().map_or(member.size, |data| {
        assert!(data.windows(2).all(|pair| pair[0].end <= pair[1].start), "{member:?}");
        assert!(data.iter().all(|range| range.start < range.end && range.end <= member.size));
        data.iter().map(|range| range.end - range.start).sum()
    });
    let expected = if member.kind == MemberKind::File { stored } else { 0 };
    assert_eq!(data.len() as u64, expected, "{member:?}");
}
