//! Everything people read about each code, as data.
//!
//! A title is what was found, in at most 60 characters. A meaning says what it does to the
//! user's files. A detection names the system calls and what keeps a sound, busy filesystem
//! from being accused. A remedy never destroys anything that has no verified copy.

use crate::{Code, CodeText, Severity};

/// What to do about damage in the filesystem's own structures.
macro_rules! secure_and_diagnose {
    () => {
        "Stop what writes to the volume, take a snapshot and a backup, then have the filesystem's \
         own checker look at the detached volume or at a clone, without repairing (e2fsck -fn, \
         xfs_repair -n, btrfs check --readonly). Decide on a repair when a verified copy exists."
    };
}

/// Every code, in the order of [`Code`].
pub(crate) static TABLE: &[CodeText] = &[
    CodeText {
        code: Code::DirentDangling,
        word: "dirent-dangling",
        check: "entries",
        severity: Severity::Corrupt,
        title: "A listed name that lookup says does not exist",
        meaning: "The directory lists the name, but opening it fails with ENOENT. Programs meet a \
                  file that they can neither open nor remove, and installs and copies lose it. Its \
                  content may still be on the disk; no path leads to it. On ext4 this is what a \
                  directory index whose hashes no longer fit its names looks like.",
        detection: "getdents64 lists the name; statx of it, relative to the directory's \
                    descriptor, answers ENOENT. The directory is then opened anew, listed and \
                    looked up at least three times with growing pauses. A name that goes away, or \
                    a directory whose mtime or ctime moves, makes it volatile. Casefolded \
                    directories, whose names some kernels deny, are reported as not examined. On \
                    network and FUSE filesystems, whose servers may answer so for reasons of \
                    their own, it is only suspect.",
        remedy: concat!(
            "Do not create the name again or remove the directory: the entry is what a checker \
             goes by. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::DirentBadInode,
        word: "dirent-bad-inode",
        check: "entries",
        severity: Severity::Corrupt,
        title: "A name whose inode the kernel refuses",
        meaning: "The name is there, but the kernel refuses the inode behind it, so the file or \
                  the whole subtree cannot be reached. EUCLEAN: the inode contradicts itself or is \
                  free. EBADMSG: a checksum does not match. ESTALE: the inode is gone. EIO: the \
                  read failed, which may come from the device or the network below.",
        detection: "statx of a listed name, relative to its directory's descriptor, answers \
                    EUCLEAN, EBADMSG, EIO or ESTALE, and does so again at least three times with \
                    growing pauses. An error that the kernel takes back at a later look is \
                    suspect; permission denied is reported as not examined. Other errors that a lookup has no reason for, and \
                    any error of a network or FUSE filesystem, are only suspect.",
        remedy: concat!(
            "For EIO read the kernel log of the node first: the transport may be at fault, and \
             the filesystem sound. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::DirentTypeMismatch,
        word: "dirent-type-mismatch",
        check: "entries",
        severity: Severity::Corrupt,
        title: "An entry's type is not the type of its inode",
        meaning: "The directory says one type (say, a regular file) and the inode another (say, a \
                  FIFO). Either the entry is damaged or it points to an inode that now belongs to \
                  something else. Programs that trust the listing treat the name wrongly.",
        detection: "d_type from getdents64 is compared with the mode from statx. Both are read \
                    again while the directory stays unchanged, because a name may be replaced \
                    between the two. An entry without a type counts only on ext4, in directories \
                    whose other entries have one.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::DirentInodeMismatch,
        word: "dirent-inode-mismatch",
        check: "entries",
        severity: Severity::Corrupt,
        title: "An entry names another inode than lookup finds",
        meaning: "Listing and lookup disagree on which inode the name stands for. One of the two \
                  reads damaged data, so the name may open somebody else's content.",
        detection: "d_ino from getdents64 is compared with the inode number from statx; both are \
                    read again while the directory stays unchanged. Mount points, which list the \
                    inode they cover, are left out, and so are the roots of subvolumes, overlayfs \
                    and filesystems that make their numbers up.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::DirentDuplicateName,
        word: "dirent-duplicate-name",
        check: "entries",
        severity: Severity::Corrupt,
        title: "One name stands twice in a directory",
        meaning: "A path can reach only one of the two entries; what the other points to is \
                  hidden. Removing the name removes one entry and uncovers the other.",
        detection: "The names of one complete getdents64 listing are compared byte by byte. A \
                    listing may show a name twice while files are renamed, so it counts only when \
                    further listings show it again while the directory stays unchanged.",
        remedy: concat!(
            "Do not remove the name: which of the two files goes is not yours to choose. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::DirentInvalidName,
        word: "dirent-invalid-name",
        check: "entries",
        severity: Severity::Corrupt,
        title: "An entry with a name that no file can have",
        meaning: "The entry's name is empty or contains a slash. No system call can make such a \
                  name and no path can reach what it points to; the directory block is damaged.",
        detection: "The raw records of getdents64 are read without the C library in between, and \
                    read again before it counts. The kernel mostly refuses to list such a name; \
                    then it shows as directory-read-error.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::DirectoryReadError,
        word: "directory-read-error",
        check: "entries",
        severity: Severity::Corrupt,
        title: "A directory that cannot be listed to its end",
        meaning: "The kernel stopped listing the directory with an error. Names may exist that \
                  nobody can see; backups and copies silently lack them.",
        detection: "getdents64 fails with EUCLEAN, EBADMSG, EIO or ESTALE, and fails again at \
                    least three times with growing pauses, on a directory that is opened anew \
                    each time. Other errors without a good reason, and those of network and FUSE \
                    filesystems, are only suspect; permission denied is reported as not examined.",
        remedy: concat!(
            "Names that were not listed may still open if you know them: copy those first. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::DirectoryReadLoop,
        word: "directory-read-loop",
        check: "entries",
        severity: Severity::Corrupt,
        title: "A directory whose listing runs in a circle",
        meaning: "Listing the directory comes back to where it was. find, rm -r and backups may \
                  never finish there, or see the same names again and again.",
        detection: "The position (d_off) at which each further getdents64 goes on is noted; one \
                    that comes again is a loop, and so are far more names than the blocks of an \
                    ext4 directory can hold. It counts when new readings loop again. On network and FUSE \
                    filesystems, whose servers may answer so for reasons of their own, it is only \
                    suspect.",
        remedy: concat!(
            "Keep recursive tools out of the directory meanwhile. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::DirectoryReadUnstable,
        word: "directory-read-unstable",
        check: "entries",
        severity: Severity::Suspect,
        title: "Two listings of an unchanged directory differ",
        meaning: "Nobody changed the directory, yet two readings of it show different names. A \
                  tool that lists it once may miss files. Damage explains it; so may a defect of a \
                  network or user-space filesystem below.",
        detection: "In directories that are looked at again for another reason, complete \
                    getdents64 readings are compared while mtime and ctime stand still before, \
                    between and after them; they must differ twice. A directory that changes \
                    meanwhile is counted as volatile.",
        remedy: "Scan again when nothing writes there. If it stays, stop writers, take a snapshot \
                 and a backup, and have the filesystem checked offline, without repairing.",
    },
    CodeText {
        code: Code::DotEntryWrong,
        word: "dot-entry-wrong",
        check: "entries",
        severity: Severity::Corrupt,
        title: "\".\" or \"..\" is missing or points elsewhere",
        meaning: "The directory's link to itself or to its parent is damaged. Often its first \
                  block was overwritten, and other names of the directory are lost with it.",
        detection: "On ext2, ext3 and ext4, where both stand on the disk, getdents64 must list \
                    them with the inode numbers that statx gives for the directory and its \
                    parent. They are read again before it counts, because a directory may be \
                    moved. The \"..\" of a scan's root is not judged: of bind mounts and subPath \
                    volumes it proves nothing.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::DirectoryMultiplyLinked,
        word: "directory-multiply-linked",
        check: "entries",
        severity: Severity::Corrupt,
        title: "One directory stands under two names",
        meaning: "Two paths lead to the same directory, which Linux filesystems never allow. What \
                  is removed under one name is gone under the other, and recursive tools may loop.",
        detection: "Device and inode number of every directory are remembered; one that is reached \
                    by a second name is looked up again under both. A directory that was moved \
                    meanwhile has only one name left and is counted as volatile. Bind mounts are \
                    told apart by their mount.",
        remedy: concat!(
            "Do not remove either name: the content goes with it. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::DirectoryLookupError,
        word: "directory-lookup-error",
        check: "entries",
        severity: Severity::Corrupt,
        title: "Looking up an absent name fails with an error",
        meaning: "Asked for a name that is not there, the kernel answered with an error instead of \
                  ENOENT: a block of the directory is unreadable or its checksum is wrong. Names \
                  in that block are lost or in danger, and new files may fail to be created.",
        detection: "One random name is looked up with statx in each directory larger than a \
                    block. To deny it the kernel reads a linear directory whole and verifies each \
                    block. ENOENT is the healthy answer; EUCLEAN, EBADMSG, EIO or ESTALE must \
                    repeat at least three times with growing pauses. Any other error is only \
                    suspect.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::DirectoryIndexDropped,
        word: "directory-index-dropped",
        check: "entries",
        severity: Severity::Corrupt,
        title: "The kernel gave up a directory's index as broken",
        meaning: "ext4 met a broken index (htree) in this directory and went on without it. Names \
                  may still be found, more slowly; what the index alone led to may not.",
        detection: "FS_IOC_GETFLAGS is read before and after listing. On filesystems without \
                    metadata_csum the kernel clears the index flag in memory when it meets a \
                    broken htree. It does so once a mount, so one look at a directory that did \
                    not change meanwhile is proof.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::DirectorySizeInvalid,
        word: "directory-size-invalid",
        check: "entries",
        severity: Severity::Corrupt,
        title: "A directory of a size that cannot be",
        meaning: "The directory's size does not fit its blocks. Names in the part that is missing \
                  are lost, or the kernel reads beyond what belongs to the directory.",
        detection: "On ext2, ext3 and ext4 the size from statx must be a multiple of the block \
                    size, not zero and not larger than the device. Directories that stand in \
                    their inode (inline_data, told by FS_IOC_GETFLAGS) may be smaller. It is read \
                    again before it counts.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::NameCollision,
        word: "name-collision",
        check: "entries",
        severity: Severity::Info,
        title: "Names that differ only in case or Unicode form",
        meaning: "These names are distinct here. On macOS, on Windows and in casefolded \
                  directories they are one name: unpacking or cloning this tree there overwrites \
                  all but the last file.",
        detection: "The names of one directory are compared after Unicode normalisation and case \
                    folding.",
        remedy: "Nothing is wrong with this filesystem. Rename all but one if the tree is to be \
                 used on such systems.",
    },
    CodeText {
        code: Code::NameUnsafe,
        word: "name-unsafe",
        check: "entries",
        severity: Severity::Info,
        title: "Names with control characters or that are not UTF-8",
        meaning: "The filesystem allows any byte but slash and NUL. Such names break scripts that \
                  split at newlines, change what a terminal shows, and fail in tools that expect \
                  UTF-8. Many of them at once, in one directory, can also be a sign of damage.",
        detection: "The bytes of each name from getdents64 are examined. Reports show them \
                    escaped; JSON carries them without loss.",
        remedy: "If you know the file, rename it. If the names are noise that nobody wrote, look \
                 for other findings in the same directory.",
    },
    CodeText {
        code: Code::InodeTypeInvalid,
        word: "inode-type-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "An inode of no known type",
        meaning: "The mode says neither file, directory, symbolic link, device, FIFO nor socket. \
                  The inode was overwritten; its content and permissions cannot be trusted.",
        detection: "The type bits of the mode from statx are none of the seven that exist, and \
                    are read again before it counts.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::InodeZeroLinks,
        word: "inode-zero-links",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "A name that leads to an inode without links",
        meaning: "A name leads to the inode, but the inode counts no name. The kernel takes such a \
                  file for deleted and may free its blocks when the last program closes it, and \
                  another file may then be written over them.",
        detection: "statx by name says nlink 0. A file that is just being removed can show that \
                    for a moment, so the name is looked up again at least three times with \
                    growing pauses.",
        remedy: concat!("Copy the file away first. ", secure_and_diagnose!()),
    },
    CodeText {
        code: Code::InodeSizeInvalid,
        word: "inode-size-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "An inode of a size that cannot be",
        meaning: "The size is one that this type of file cannot have on this filesystem. Reading \
                  the file may fail or show bytes that are not its own.",
        detection: "The size from statx must not be negative. On ext2, ext3 and ext4 it is at \
                    most 2^32 blocks, and 0 for devices, FIFOs and sockets. It is read again \
                    before it counts.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::InodeBlocksMismatch,
        word: "inode-blocks-mismatch",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "An inode whose block count cannot be right",
        meaning: "The inode claims a part of a block, or more blocks than the device has. It was \
                  overwritten, or its count was; free space is counted wrongly with it.",
        detection: "On ext2, ext3 and ext4 st_blocks (512-byte units) from statx must be a \
                    multiple of the block size and fit on the device. Small files that stand in \
                    their inode (inline_data) are allowed for. It is read again before it counts.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::InodeFlagsInvalid,
        word: "inode-flags-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "Inode flags that cannot stand on such a file",
        meaning: "The inode carries flags that its type of file cannot have. It was overwritten, \
                  wholly or in part, so its other fields and its content are in doubt as well.",
        detection: "The attributes from statx are held against the type: only regular files have \
                    fs-verity, and devices, FIFOs and sockets have no content to encrypt. They \
                    are read again before it counts.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::InodeReserved,
        word: "inode-reserved",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "A name for a reserved or impossible inode number",
        meaning: "The name points to an inode that the filesystem keeps for itself, such as the \
                  journal, or to a number beyond the last inode. Writing through such a name can \
                  destroy the filesystem.",
        detection: "On ext2, ext3 and ext4 the inode number in the entry (d_ino from getdents64) \
                    must be above 10, which the filesystem keeps for itself, and not above the \
                    number of inodes that statfs tells. It is read again before it counts.",
        remedy: concat!("Do not open, change or remove the name. ", secure_and_diagnose!()),
    },
    CodeText {
        code: Code::SymlinkInvalid,
        word: "symlink-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "A symbolic link that is unreadable or cut short",
        meaning: "The link's target cannot be read, is empty, or is not as long as the inode says. \
                  The path it led to may be lost. In node_modules, links of this kind break \
                  whole packages.",
        detection: "readlinkat is compared with the size from statx, and both are read again \
                    while the directory stays unchanged. A target that does not exist is no \
                    finding. Encrypted links, and filesystems whose link sizes mean something \
                    else, are not compared. On network and FUSE filesystems, whose servers may \
                    answer so for reasons of their own, it is only suspect.",
        remedy: concat!(
            "Links made by a package manager can be made again by it, on a sound volume. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::TimeImplausible,
        word: "time-implausible",
        check: "inodes",
        severity: Severity::Warning,
        title: "A change time that lies in the future",
        meaning: "The inode says that it was last changed at a time that has not come. Mostly a \
                  clock was wrong when it was written, and the content is untouched; backups that \
                  go by this time may treat the file wrongly. Many at once can be damage.",
        detection: "ctime from statx is more than a day ahead of this machine's clock. No program \
                    can set ctime, unlike mtime, which archives and tools set as they like and \
                    which is not judged.",
        remedy: "Compare this machine's clock with that of the machine that wrote the file. If \
                 other findings lie close by, follow those; else any change of the file, such as \
                 a chmod to the mode it has, sets the time right.",
    },
    CodeText {
        code: Code::OwnerUnmapped,
        word: "owner-unmapped",
        check: "inodes",
        severity: Severity::Info,
        title: "An owner that this user namespace does not map",
        meaning: "The file belongs to an id that does not exist in this container, so it shows the \
                  overflow id (nobody). The content is untouched. chown to such an id fails with \
                  EINVAL, which is what Buildah's \"insufficient UIDs or GIDs\" means.",
        detection: "The owner or group from statx is the overflow id \
                    (/proc/sys/kernel/overflowuid, overflowgid), and /proc/self/uid_map or \
                    gid_map does not map every id.",
        remedy: "Nothing is wrong with this filesystem. Where programs fail on it, give the user \
                 subordinate ids (/etc/subuid, /etc/subgid) or let the pod map more ids.",
    },
    CodeText {
        code: Code::LinkCountWrong,
        word: "link-count-wrong",
        check: "links",
        severity: Severity::Corrupt,
        title: "A file's link count is not its number of names",
        meaning: "With more names than links, removing some of the names frees the file while \
                  others still lead to it: data loss at a later rm. With fewer names than links, \
                  the space is never given back; the content is safe.",
        detection: "Names are tallied by inode and held against nlink from statx. Too many names \
                    are wrong at once; too few only when the whole filesystem was seen, with no \
                    mount in the way and nothing unreadable. Each is looked at again, and a moved \
                    ctime makes it volatile. overlayfs, where copy-up rightly breaks hard links, \
                    is left out.",
        remedy: concat!(
            "Do not remove names of this file; copy it away first. pnpm and other stores rest on \
             hard links: do not prune them meanwhile. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::DirectoryLinkCountWrong,
        word: "directory-link-count-wrong",
        check: "links",
        severity: Severity::Corrupt,
        title: "A directory's link count is not its subdirectories",
        meaning: "The directory counts more or fewer subdirectories than it lists. Either the \
                  count is wrong, or subdirectories were lost from the listing.",
        detection: "nlink from statx must be 2 and one for each listed subdirectory, repeatedly, \
                    while the directory stays unchanged. Known oddities are left out: btrfs; \
                    nlink 1 on ext4 directories that once held about 65,000 subdirectories and on \
                    merged overlayfs directories.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::ExtentMapUnreadable,
        word: "extent-map-unreadable",
        check: "extents",
        severity: Severity::Corrupt,
        title: "A file whose block map cannot be read",
        meaning: "The kernel refuses to say where the file's content lies: a block of its extent \
                  tree, or of its indirect blocks, is damaged. Reading the file fails from some \
                  place on, or everywhere.",
        detection: "FIEMAP (an ioctl that any user who may read the file can make) answers \
                    EUCLEAN, EBADMSG or EIO, or ends before the size says and answers so when \
                    asked behind its last extent. It must do so at least three times with growing \
                    pauses. An error that the kernel takes back at a later look is suspect.",
        remedy: concat!(
            "Copy what can still be read of the file away first. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::ExtentOverlap,
        word: "extent-overlap",
        check: "extents",
        severity: Severity::Corrupt,
        title: "Two files claim the same block of the device",
        meaning: "The same blocks belong to two files, so what is written to one shows up in the \
                  other. Removing one of them frees blocks that the other still uses, and a third \
                  file may then be written over them.",
        detection: "The extents of every file and directory (FIEMAP) are sorted by their place on \
                    the device and swept. Shared extents (reflinks) say so and are left out, and \
                    so are attribute blocks, which files share by design, and filesystems with \
                    shared blocks (before Linux 6.18, where these cannot be told, it is only \
                    suspect). Both files are mapped again at least three times, and one that \
                    changed after the scan began makes it volatile.",
        remedy: concat!(
            "Do not remove, truncate or write either file: copy both away first, and expect that \
             at most one of the copies is right. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::ExtentOutsideDevice,
        word: "extent-outside-device",
        check: "extents",
        severity: Severity::Corrupt,
        title: "A file's blocks lie beyond the end of the device",
        meaning: "The file's map points to blocks that do not exist. That part of its content \
                  cannot be read, and was not where the map says for some time.",
        detection: "The end of each extent from FIEMAP is held against the size of the \
                    filesystem, at least three times. A filesystem that was restored onto a \
                    smaller device, or a device that shrank, shows this for many files at once.",
        remedy: concat!(
            "Make sure that the device still has its full size before anything else. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::ExtentOrderInvalid,
        word: "extent-order-invalid",
        check: "extents",
        severity: Severity::Corrupt,
        title: "A file's block map contradicts itself",
        meaning: "The map lists a part of the file twice, out of order, or with a length that is \
                  no number of blocks. What is read from there may be anybody's.",
        detection: "The extents from FIEMAP must rise in the file without overlap and be made of \
                    whole blocks. A file that did not change since the scan began is mapped again \
                    at least three times.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::ExtentSizeMismatch,
        word: "extent-size-mismatch",
        check: "extents",
        severity: Severity::Corrupt,
        title: "A size that does not fit the mapped blocks",
        meaning: "Blocks hold written content behind the end of the file, or a directory has \
                  holes. Either the size was damaged, and content at the end is cut off, or the \
                  map was.",
        detection: "On ext2, ext3 and ext4 no written extent (FIEMAP) lies behind the size, but \
                    for fs-verity; blocks reserved with fallocate may. A directory is mapped from \
                    its start to its size without holes. An inode that did not change since the \
                    scan began is mapped again at least three times.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::ExtentInFreeSpace,
        word: "extent-in-free-space",
        check: "allocation",
        severity: Severity::Corrupt,
        title: "A file's blocks are counted as free",
        meaning: "The filesystem will give these blocks to the next file that needs some, and \
                  overwrite this one's content. Every write to the volume can destroy data.",
        detection: "The extents of all files (FIEMAP) are held against the map of free space \
                    (FS_IOC_GETFSMAP, ext4 and xfs), of the groups of blocks that they lie in. Both \
                    are asked again at least three times, \
                    and a file that changed after the scan began or went away makes it volatile.",
        remedy: concat!(
            "Stop every writer at once, and copy these files away. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::ExtentInMetadata,
        word: "extent-in-metadata",
        check: "allocation",
        severity: Severity::Corrupt,
        title: "A file's blocks lie over the filesystem's own",
        meaning: "The file claims blocks that hold inode tables, bitmaps, the journal or the \
                  superblock. Writing to the file destroys the filesystem.",
        detection: "The extents of all files (FIEMAP) are held against the places of static \
                    metadata (FS_IOC_GETFSMAP). Both are asked again at least three times.",
        remedy: concat!("Do not write to the file. ", secure_and_diagnose!()),
    },
    CodeText {
        code: Code::AllocationMapUnreadable,
        word: "allocation-map-unreadable",
        check: "allocation",
        severity: Severity::Corrupt,
        title: "The map of free space cannot be read",
        meaning: "A block bitmap is unreadable or its checksum is wrong. The kernel takes the \
                  whole group of blocks out of use: less space is free, and files there can no \
                  longer be removed cleanly.",
        detection: "FS_IOC_GETFSMAP answers EUCLEAN, EBADMSG or EIO for a group of blocks, which \
                    are then asked one by one, or /proc/fs/ext4/DEVICE/mb_groups says that a group \
                    is corrupt. The kernel keeps to it until the next mount.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::FreeBlocksMismatch,
        word: "free-blocks-mismatch",
        check: "allocation",
        severity: Severity::Corrupt,
        title: "The number of free blocks is not what the map says",
        meaning: "The count of free blocks and the bitmaps disagree. The filesystem may run full \
                  before it says so, or take blocks that are in use.",
        detection: "Free space summed from FS_IOC_GETFSMAP is held against statfs on a device \
                    that is read-only; where somebody wrote before, blocks set aside or not yet \
                    allocated make the two differ. A count \
                    that drops when the bitmaps are loaded says that the kernel found one wrong; on \
                    a writable mount that is believed only where the sums of a whole, quiet \
                    filesystem show it as well. Metadata that counts as free is told, too.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::UsedBlocksMismatch,
        word: "used-blocks-mismatch",
        check: "allocation",
        severity: Severity::Corrupt,
        title: "Blocks in use are not the blocks of the files",
        meaning: "More blocks in use than files have: some were leaked, or belong to files whose \
                  names are lost. Fewer: files share blocks, or use some that count as free and \
                  will be overwritten.",
        detection: "Only where the whole filesystem was seen and stood still: the blocks of all \
                    inodes (statx), shared attribute blocks once, and what ext4 hides (orphan \
                    file, resize inode and the like, told by its features) must add up to the \
                    blocks that statfs says are in use. Deleted files that are still open are \
                    allowed for. Counted again at least three times. More in use than is known of is \
                    only suspect: a list of bad blocks, which no system call shows, explains it as \
                    well. Needs Linux 6.18, which tells the features.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::FreeInodesMismatch,
        word: "free-inodes-mismatch",
        check: "allocation",
        severity: Severity::Corrupt,
        title: "Inodes in use are not the inodes with names",
        meaning: "Fewer inodes in use than have names: an inode with a name counts as free, and \
                  the next new file will overwrite it. More: files exist that no name leads to.",
        detection: "Only where the whole filesystem was seen and stood still: the inodes with \
                    names and those that ext4 keeps for itself must add up to what statfs says. \
                    On a writable mount more inodes in use are deleted files that are still open, \
                    unless root can open each number and finds none (CAP_DAC_READ_SEARCH). On a \
                    read-only device they can be files deleted before a crash, and are suspect. \
                    Counted again at least three times. Needs Linux 6.18.",
        remedy: secure_and_diagnose!(),
    },
    CodeText {
        code: Code::InodeUnattached,
        word: "inode-unattached",
        check: "allocation",
        severity: Severity::Corrupt,
        title: "An inode in use that no name leads to",
        meaning: "The inode counts names, but none was found anywhere. The file or directory is \
                  still on the disk; an offline check puts it into lost+found.",
        detection: "Where statfs counts more inodes than have names or damage was found already, \
                    and only with CAP_DAC_READ_SEARCH: the numbers between those that were seen are \
                    opened by handle (open_by_handle_at), on a sound filesystem never where the \
                    inode table may be uninitialised. \
                    One with links and without a name is opened again at least three times. \
                    Deleted files that are still open count no links and are left out.",
        remedy: concat!(
            "The name may be lost with a damaged directory: look for other findings nearby. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::AttributeUnreadable,
        word: "attribute-unreadable",
        check: "attributes",
        severity: Severity::Corrupt,
        title: "Extended attributes that cannot be read",
        meaning: "The file's extended attributes (capabilities, labels, access lists, user \
                  attributes) are damaged. The content may be sound; who may read it, or what it \
                  may do, may be lost.",
        detection: "listxattr or getxattr of a listed name answers EUCLEAN, EBADMSG or EIO, at \
                    least three times with growing pauses. Permission denied is reported as not \
                    examined. On network and FUSE filesystems it is only suspect.",
        remedy: concat!(
            "Copy the file's content away, and note owner and mode. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::AclInvalid,
        word: "acl-invalid",
        check: "attributes",
        severity: Severity::Corrupt,
        title: "An access control list that cannot be decoded",
        meaning: "The list of who may access the file is damaged. The kernel denies access, or \
                  grants it to others than intended.",
        detection: "system.posix_acl_access and system.posix_acl_default are read and must be \
                    whole: the right version and length, one entry each for owner, group and \
                    others, a mask where users or groups are named, each entry in order (acl(5)). \
                    Read again at least three times.",
        remedy: concat!(
            "Note what the list should be (getfacl of a sibling), and do not set it anew before \
             the filesystem was checked. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::ContentUnreadable,
        word: "content-unreadable",
        check: "content",
        severity: Severity::Corrupt,
        title: "Content cannot be read",
        meaning: "The device or the filesystem refused to hand out some bytes of the file. Those \
                  bytes are lost unless another copy has them; the rest of the file was read.",
        detection: "The file was read to its end. Where a read failed it was tried again in \
                    pieces of 4 KiB, and again after a pause; the byte ranges that failed each \
                    time are named. Behind 16 MiB that cannot be read not each piece is tried: \
                    what lies between two that fail counts as unreadable.",
        remedy: concat!(
            "Copy the file from a backup or another replica. Then look for the cause below the \
             filesystem: the kernel log names device and sector. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::ContentShort,
        word: "content-short",
        check: "content",
        severity: Severity::Suspect,
        title: "A file ends before its size",
        meaning: "Reading came to the end of the file before as many bytes as its size says. The \
                  tail is lost, or the size is wrong.",
        detection: "A read returned no more bytes below st_size, three times, while size and \
                    change time of the file stayed the same.",
        remedy: "Compare the file with a backup or another replica. fscan with --check extents \
                 tells whether its blocks explain the size.",
    },
    CodeText {
        code: Code::ContentZeroed,
        word: "content-zeroed",
        check: "content",
        severity: Severity::Suspect,
        title: "A file holds nothing but zero bytes",
        meaning: "A crash or a copy that broke off can leave a file of the right size whose \
                  content never reached the disk.",
        detection: "The file has 4 KiB or more, and every byte is zero although a file of its \
                    name's kind cannot be, or although its neighbours of the same kind, which are \
                    text or begin with one signature, hold something. A sparse file is judged only \
                    where it is named as source code, which nobody makes so. Nothing is said while a \
                    program has it open for writing, where NAME.aria2 or NAME.part beside it tells \
                    of a download, and where its name has the word zero or zeros. The reasons stand \
                    with the finding.",
        remedy: "Get the file from a backup, from version control, or by installing the package \
                 again. Files written at the same time deserve a look as well.",
    },
    CodeText {
        code: Code::ContentSelfCheckFailed,
        word: "content-self-check-failed",
        check: "content",
        severity: Severity::Suspect,
        title: "A file contradicts its own checksum",
        meaning: "The file's name or format carries a checksum of its content, and the content \
                  has another one. The bytes changed since they were written, or were written \
                  wrong. Where it ends early, a download that broke off, a writer that was killed \
                  or a full disk explains it as well; a file of pnpm's store may have been edited \
                  through one of its other names in node_modules.",
        detection: "The content was read again after a pause and disagreed in the same way, \
                    while size and change time of the file stayed the same. An SQLite database \
                    carries no checksum: only its header and its length are checked. Nor do git's \
                    refs and the indexes of pnpm's store: they are read as git and pnpm do. A file \
                    that is named as test data, by a directory above it (test, fixtures and the \
                    like) or a word in its name (broken, invalid and the like), stands under what \
                    was not examined instead, unless its name is its checksum: such files are \
                    often broken on purpose.",
        remedy: "Files of a cache (npm, pnpm, cargo, images, models) can be deleted and fetched \
                 again; git fetch or a fresh clone brings back git objects. What a ref of git was, \
                 the second hash in the last line of its log (.git/logs) says. Everything else: \
                 compare with a backup.",
    },
    CodeText {
        code: Code::ContentChanged,
        word: "content-changed",
        check: "baseline",
        severity: Severity::Corrupt,
        title: "Content changed and its time did not",
        meaning: "Compared with the baseline the file has other bytes, but its size and \
                  modification time are the same, or the time of change of its inode says that \
                  nothing wrote to it. Hardly any write does that: it is how silent corruption looks.",
        detection: "BLAKE3 of all bytes now against BLAKE3 in the baseline. It is corrupt where the \
                    baseline is of this very tree, the filesystem stayed mounted since, and the inode \
                    and every directory above it (but for the root) have not changed since, by their \
                    times of change, which no program can set while the clock is right. Else it is \
                    suspect. Where the filesystem was mounted anew, a write within seconds before a \
                    crash, or before a snapshot of a volume in use, may have lost its times, or an \
                    older state was put back. Where those times are newer, and in a copy, where they \
                    tell nothing, a program may have set the time back after writing, as tar, touch -r \
                    and others do, wrote through memory (mmap), or put another file there; and archives \
                    (npm, tar) give one time of whole seconds to every version.",
        remedy: concat!(
            "Keep both copies until it is known which one is right. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::ContentDiffers,
        word: "content-differs",
        check: "baseline",
        severity: Severity::Suspect,
        title: "Content differs from the baseline",
        meaning: "The file has other bytes than in the baseline, and its size or modification \
                  time differs, too: it was written since, or a copy of it went wrong.",
        detection: "BLAKE3 of all bytes now against BLAKE3 in the baseline. So are told as well, in \
                    the tree that the baseline is of, a file that was made since, whatever its time, \
                    what is written without the filesystem (swap files, quota files, what GRUB \
                    remembers), files on a tmpfs that stayed mounted, and elsewhere on what stayed \
                    mounted a file that was last written within two minutes before the baseline: what \
                    the same program then writes through memory (mmap) sets no time. And wherever the \
                    bytes are those of another file of the baseline that left its place.",
        remedy: "Where nothing should have been written since the baseline, copy the file again \
                 from where it came. Where people worked in between, it is their work.",
    },
    CodeText {
        code: Code::EntryMissing,
        word: "entry-missing",
        check: "baseline",
        severity: Severity::Suspect,
        title: "Missing since the baseline",
        meaning: "The baseline has this name, and now it is not there, nor is its content under \
                  a new name that has no other counterpart. Empty files, links and small \
                  directories of them are told as missing also where they moved: nothing \
                  tells them from others.",
        detection: "Every path of the baseline was looked for in what is there now. Paths that \
                    could not be examined this time are told as unchecked instead.",
        remedy: "Copy it from where the baseline was made, or from a backup. Do not delete the \
                 old volume before nothing is missing any more.",
    },
    CodeText {
        code: Code::EntryLost,
        word: "entry-lost",
        check: "baseline",
        severity: Severity::Suspect,
        title: "Gone from a directory that nothing changed",
        meaning: "The baseline has this name, and now it is not there or of another type, while \
                  the directory that holds it has not changed since. Whatever removes or replaces \
                  a name sets the times of its directory: a damaged one loses names without that.",
        detection: "The baseline is of this very tree: the same filesystem, by its UUID, and the \
                    same inode as its root, wherever that is mounted. The directory's time of \
                    modification is the one in the baseline, and its time of change, which no \
                    program can set while the clock is right, lies seconds before the baseline \
                    was begun; so does that of each directory above it but for the root. Not in \
                    encrypted directories, nor on overlays and images. The evidence says where \
                    the same bytes are now, as after a repair or under a damaged name. A repair \
                    that removed the name, a volume that was put back to an older state, and a \
                    crash right after the name was made lead to it as well.",
        remedy: concat!(
            "Keep what is left of the volume as it is until the name is found: it may be on the \
             device still. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::EntryAdded,
        word: "entry-added",
        check: "baseline",
        severity: Severity::Info,
        title: "Not in the baseline",
        meaning: "It is there now and was not when the baseline was made.",
        detection: "Every path that is there now was looked for in the baseline.",
        remedy: "Nothing is wrong with that. `--exclude` leaves out paths that change all the \
                 time.",
    },
    CodeText {
        code: Code::EntryMoved,
        word: "entry-moved",
        check: "baseline",
        severity: Severity::Info,
        title: "The same content under another path",
        meaning: "A path of the baseline is gone, and a new path has the same content: it was \
                  renamed or moved. A directory stands for all that moved with it; what changed \
                  on the way is told beside it under the new path.",
        detection: "BLAKE3 and size of a file that is missing equal those of one that was added. \
                    A directory moved if all below it is the same, or if at least half of the \
                    files in it did. Empty files and links by themselves are not told of as moved.",
        remedy: "Nothing is lost. Programs that look for the old path will not find it.",
    },
    CodeText {
        code: Code::TypeChanged,
        word: "type-changed",
        check: "baseline",
        severity: Severity::Suspect,
        title: "Another type than in the baseline",
        meaning: "Where the baseline has a file, a directory or a link there is now something of \
                  another type.",
        detection: "The type that statx tells now against the one in the baseline.",
        remedy: "Look at both. A copy that follows symbolic links turns links into files: copy \
                 again with cp -a or rsync -a.",
    },
    CodeText {
        code: Code::MetadataChanged,
        word: "metadata-changed",
        check: "baseline",
        severity: Severity::Warning,
        title: "Metadata differs from the baseline",
        meaning: "The content is the same; owner, permissions, times, link target, device number \
                  or extended attributes are not. Programs may be refused access, and builds may \
                  start anew.",
        detection: "Each field that statx, readlink and getxattr tell now against the baseline; \
                    the fields that differ are named with both values. The time of a directory \
                    is not told where it alone differs and a name came or went in it: the name \
                    is.",
        remedy: "Copy with cp -a or rsync -aHAX as root, which keep all of it. `--ignore FIELD` \
                 leaves out what need not be the same.",
    },
    CodeText {
        code: Code::InodeChanged,
        word: "inode-changed",
        check: "baseline",
        severity: Severity::Corrupt,
        title: "Metadata changed and the time of change did not",
        meaning: "Compared with the baseline, permissions, the modification time, a link's target or a \
                  device number are others, though whatever sets these sets the time of change of the \
                  inode as well, and that is older than the baseline. A symbolic link cannot be \
                  given another target at all, but only be replaced.",
        detection: "The baseline is of this very tree, and the inode and every directory above it (but \
                    for the root) have not changed since, by their times of change. It is corrupt where \
                    the filesystem stayed mounted since, so that these times are sure. Else it is \
                    suspect: a crash, or a snapshot of a volume in use, loses the times of the last \
                    seconds, and a volume that was put back to an older state has all of them old. \
                    Owners and attributes do not count: who looks may be shown others. Of directories \
                    the mode alone does.",
        remedy: concat!(
            "Keep both copies until it is known which one is right. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::HardLinksChanged,
        word: "hard-links-changed",
        check: "baseline",
        severity: Severity::Warning,
        title: "Names of one file became files, or the other way round",
        meaning: "Names that shared one file, link or device in the baseline are separate now, or \
                  separate ones became one. A torn link takes more space, and a change through \
                  one name no longer shows under the other.",
        detection: "The groups of names that share an inode now against those in the baseline.",
        remedy: "Copy with rsync -H, cp -a or tar, each over the whole tree in one run: they \
                 keep hard links.",
    },
    CodeText {
        code: Code::TarEntryError,
        word: "tar-entry-error",
        check: "tar",
        severity: Severity::Suspect,
        title: "An entry could not be extracted (npm's TAR_ENTRY_ERROR)",
        meaning: "A system call that npm makes for each entry of a package failed. npm prints \
                  that as a warning, TAR_ENTRY_ERROR, drops the entry and goes on: files can be \
                  missing after it ended with exit code 0. Alone that is consistent with \
                  corruption and no proof of it: a second npm in the same directory, a full disk \
                  or missing rights lead to it as well.",
        detection: "Packages are extracted with the system calls of npm, pnpm or tar. Where one \
                    fails, the directories above, their listings, free space and inodes are \
                    looked at at once, and the failure is classified. filesystem-error: EUCLEAN, \
                    EBADMSG, EIO or ESTALE. lookup-inconsistent: the directory above exists and \
                    is listed, but lookup says ENOENT. Both are corrupt on a filesystem that \
                    answers for itself. parent-removed: a directory above was removed. no-space: \
                    ENOSPC, EDQUOT, or no inodes left. permission: this user may not. \
                    name-collision: another entry has the name. unknown: nothing explains it. A \
                    control run does the same on tmpfs: what fails there too is not the fault of \
                    this filesystem. A control run that passes says nothing by itself.",
        remedy: concat!(
            "By classification. parent-removed: look for a second installer (pgrep -af \
             'npm|pnpm|yarn'), and install anew when none is left. no-space: df -h and df -i. \
             permission: look at owner and mode of the directory, and whether the mount is \
             read-only. name-collision: nothing is broken; the package needs a case-sensitive \
             filesystem. unknown: repeat it with --rounds and with a control run. \
             filesystem-error and lookup-inconsistent: ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::TarContentDiffers,
        word: "tar-content-differs",
        check: "tar",
        severity: Severity::Corrupt,
        title: "What was extracted does not read back as written",
        meaning: "What was written and closed without an error has other bytes, another size or \
                  another type, or is missing although nothing was seen to remove it. Whatever \
                  else is written here can be lost in the same way, without a word.",
        detection: "After extraction the tree is walked, and type, size and BLAKE3 of every \
                    entry are compared with what was written; what differs is looked at again \
                    before it counts. Only fscan writes in its directory there, and what a \
                    competing installer that was asked for removed does not count.",
        remedy: concat!(
            "Write nothing of worth to this volume until the cause is known. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::TarMetadataDiffers,
        word: "tar-metadata-differs",
        check: "tar",
        severity: Severity::Suspect,
        title: "Metadata of extracted entries is not what was set",
        meaning: "Mode, modification time, hard links or the target of a symbolic link are not \
                  what they were set to. Scripts may not run, links lead elsewhere, and builds \
                  that go by times do too much or too little.",
        detection: "After extraction every entry's metadata is compared with what was set, as \
                    far as the pattern sets it: npm sets no times. What differs is looked at \
                    again before it counts.",
        remedy: "Look at the mount options and, on network and overlay filesystems, at how they \
                 map owners, modes and times: those explain it more often than damage. Repeat it \
                 with --rounds and with a control run on tmpfs.",
    },
    CodeText {
        code: Code::TarCleanupFailed,
        word: "tar-cleanup-failed",
        check: "tar",
        severity: Severity::Suspect,
        title: "What was extracted cannot be removed again",
        meaning: "An entry is still there after its removal, or removing it fails: a directory \
                  that lists nothing is not empty (ENOTEMPTY), a name that is listed does not \
                  exist. npm leaves directories such as node_modules/.foo-XXXXXXXX behind then, \
                  and fails at them the next time.",
        detection: "What was extracted is removed, deepest first, and looked for afterwards. \
                    Only fscan writes in its directory there; what fails is tried again with \
                    growing pauses before it counts.",
        remedy: "Scan the directory that is left (fscan DIRECTORY): what its entries and inodes \
                 show tells whether it is damage. Keep it until then: a checker goes by it. \
                 `fscan tar DIRECTORY --clean` removes what is left of round trips.",
    },
    CodeText {
        code: Code::StressDivergence,
        word: "stress-divergence",
        check: "stress",
        severity: Severity::Suspect,
        title: "An operation did what POSIX does not allow",
        meaning: "A file operation failed where it must succeed, succeeded where it must fail, \
                  failed with another error, or left names, content or metadata other than it \
                  must. Programs that rely on the rule can lose files without a word. Alone it is \
                  consistent with damage and no proof of it: a defect of the kernel or of what \
                  lies below, another program at work in the scratch directory, and a mistake in \
                  fscan's own model lead to it as well.",
        detection: "Seeded operations run in a scratch directory of their own. Every outcome, \
                    every listing and the whole tree at rest are held against a model in memory. \
                    What the table of known differences explains, by filesystem and mount option, \
                    is counted there and is none. The rest is run again and shortened while it \
                    shows the same divergence, and the reproducer is tried on the other targets. \
                    What does not show again is told so.",
        remedy: "Replay the reproducer here and elsewhere (fscan replay FILE --on \
                 NAME=DIRECTORY). What shows here alone speaks against this filesystem or what \
                 lies below it; what shows everywhere speaks against something that they share. \
                 Read the kernel log, and scan the filesystem (fscan DIRECTORY). `fscan replay \
                 FILE --emit c` makes a C program of it for the filesystem's developers.",
    },
    CodeText {
        code: Code::StressKnownDefect,
        word: "stress-known-defect",
        check: "stress",
        severity: Severity::Info,
        title: "A defect of the filesystem's code came up that is known",
        meaning: "An operation did what POSIX does not allow, and every filesystem of this kind \
                  does so on this kernel: the defect is in the kernel's code, not in this volume. \
                  Programs that rely on the rule can be misled all the same.",
        detection: "A row of fscan's table of known differences explains what was seen, and says \
                    that no standard allows it. The finding names the row, where its cause is \
                    known from, and operations that show it on a fresh filesystem of that kind.",
        remedy: "Nothing is to be repaired. Whoever meets it in a program can avoid the sequence \
                 that the finding lists, or ask the kernel's developers for a fix.",
    },
    CodeText {
        code: Code::StressFilesystemError,
        word: "stress-filesystem-error",
        check: "stress",
        severity: Severity::Corrupt,
        title: "An operation was refused with an error of damage",
        meaning: "The kernel refused an operation on files that were made just before. EUCLEAN: \
                  the filesystem contradicts itself. EBADMSG: a checksum does not match. ESTALE: \
                  an inode that is in use is gone. EIO: reading or writing failed, which may come \
                  from the device or the network below. Any program that writes here can meet \
                  the same and lose what it wrote.",
        detection: "An operation of a stress run or of a replay failed with EUCLEAN, EBADMSG, EIO \
                    or ESTALE. Nothing that is run leads to these errors on a sound filesystem. A \
                    full disk, missing rights, reached limits and features that are not there \
                    have errors of their own and are not meant. On FUSE and on network \
                    filesystems it is only suspect: there the server or the network may refuse.",
        remedy: concat!(
            "Stress it no further: writing to a damaged filesystem can spread the damage. Save \
             the kernel log of the node, which says what it met; for EIO the transport may be at \
             fault, and the filesystem sound. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::StressTargetLost,
        word: "stress-target-lost",
        check: "stress",
        severity: Severity::Suspect,
        title: "A target vanished or turned read-only meanwhile",
        meaning: "The filesystem could be written to when the run began and no longer can, or is \
                  not there any more. Programs fail there with EROFS or ENOENT, and what they had \
                  not yet written out may be lost. A kernel that met damage does so \
                  (errors=remount-ro); so does one whose device or network went away, or somebody \
                  who unmounted it.",
        detection: "An operation failed with EROFS, or the scratch directory that fscan holds \
                    open is no longer reached by its path or lies on another filesystem. Nothing \
                    that is run removes it, mounts or unmounts anything.",
        remedy: concat!(
            "Read the kernel log of the node before anything is restarted, and look at the mount \
             (findmnt -T DIRECTORY). Where nobody unmounted it: ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::StressFeatureMissing,
        word: "stress-feature-missing",
        check: "stress",
        severity: Severity::Warning,
        title: "A feature that this filesystem should have is missing",
        meaning: "Filesystems of this kind are known to have the feature, and this one refuses \
                  it. Programs that need it fail or take a slower way, and what depends on it was \
                  not tried in this run. Nothing is damaged by that.",
        detection: "Each feature is tried once in the scratch directory before the run, and held \
                    against the table of what filesystems of the kind have. Only an error that \
                    says so (EOPNOTSUPP, ENOSYS, EINVAL, ENOTTY) counts as absent; whatever else \
                    the trial met leaves it unknown.",
        remedy: "Look at the mount options (findmnt -T DIRECTORY), at how the filesystem was made, \
                 and at the kernel's release. In a container a system call filter, or a layer \
                 such as overlayfs or FUSE in between, can hide what the filesystem below has.",
    },
    CodeText {
        code: Code::StressCleanupFailed,
        word: "stress-cleanup-failed",
        check: "stress",
        severity: Severity::Suspect,
        title: "The scratch directory cannot be removed again",
        meaning: "Something that the run made is still there after its removal, or removing it \
                  fails: a directory that lists nothing is not empty (ENOTEMPTY), a name that is \
                  listed does not exist. It takes space, and whatever else removes trees here \
                  (npm, git, rm -r) can fail in the same way.",
        detection: "At the end, and after a signal, the scratch directory is removed, deepest \
                    entries first, and looked for afterwards. Only fscan writes in it. A target \
                    that was lost is told as stress-target-lost.",
        remedy: "Scan the directory that is left (fscan DIRECTORY): what its entries and inodes \
                 show tells whether it is damage. Keep it until then: a checker goes by it.",
    },
    CodeText {
        code: Code::KernelErrorsRecorded,
        word: "kernel-errors-recorded",
        check: "kernel",
        severity: Severity::Corrupt,
        title: "The kernel has recorded errors of this filesystem",
        meaning: "At some time the kernel met damage in this filesystem and noted it in the \
                  superblock. The damage may still be there, even where this scan found nothing: \
                  a scan sees less than an offline check. The note stays until fsck clears it.",
        detection: "/sys/fs/ext4/DEVICE/errors_count was above 0 before the scan began; \
                    first_error_* and last_error_* say when and where. warning_count is ignored: \
                    it grows on healthy mounts.",
        remedy: concat!(
            "Compare last_error_time with the last fsck and with known incidents. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::KernelErrorsDuringScan,
        word: "kernel-errors-during-scan",
        check: "kernel",
        severity: Severity::Corrupt,
        title: "The kernel recorded new errors during this scan",
        meaning: "While fscan looked, the kernel met damage in this filesystem. The damage is on \
                  the disk or on its way from it now; it was not made by looking.",
        detection: "/sys/fs/ext4/DEVICE/errors_count was read before and after the scan and grew. \
                    Another program may have met the damage, but on this same filesystem.",
        remedy: concat!(
            "Keep the kernel log of the node before it is overwritten; it names function, inode \
             and block. ",
            secure_and_diagnose!()
        ),
    },
    CodeText {
        code: Code::MountReadOnlyByError,
        word: "mount-read-only-by-error",
        check: "kernel",
        severity: Severity::Corrupt,
        title: "The kernel made the mount read-only after an error",
        meaning: "The kernel met damage and, as the errors=remount-ro policy demands, stopped all \
                  writes to protect what is there. Programs now fail with EROFS. What they had \
                  not yet written out may be lost.",
        detection: "The mount table (/proc/self/mountinfo) shows the filesystem read-only by the \
                    kernel's own doing: emergency_ro, or before kernel 6.18 a read-only \
                    superblock under a read-write mount where errors are on record. statvfs is \
                    not relied on: kernel 6.18 does not show the state there.",
        remedy: concat!(
            "Do not delete the volume claim, and do not remount read-write: read the kernel log \
             first. ",
            secure_and_diagnose!(),
            " Restart the workload after that."
        ),
    },
    CodeText {
        code: Code::MountErrorsContinue,
        word: "mount-errors-continue",
        check: "kernel",
        severity: Severity::Warning,
        title: "Damage would not stop writes (errors=continue)",
        meaning: "If the kernel meets damage it notes it and goes on writing, so a small damage \
                  can spread. Nothing is damaged by the option itself.",
        detection: "/proc/fs/ext4/DEVICE/options or the mount table shows errors=continue, and \
                    this scan found damage or the kernel has some on record. Without damage the \
                    policy, which is mkfs's default, is only told with the root.",
        remedy: "On the node, as root: tune2fs -e remount-ro DEVICE; it applies from the next \
                 mount. Damage then stops writes, and with them the workload.",
    },
    CodeText {
        code: Code::VolumeNotRedundant,
        word: "volume-not-redundant",
        check: "environment",
        severity: Severity::Warning,
        title: "A volume with a single replica",
        meaning: "The content of the volume is on one disk of one node. When that disk or node \
                  fails, the volume is gone. One replica explains no damage to the filesystem on \
                  it: replicas are copies of the device, with whatever damage is on it.",
        detection: "spec.numberOfReplicas of the Longhorn volume is 1, as kubectl or the file of \
                    --longhorn says.",
        remedy: "Have the filesystem checked and a backup made, then raise the number of replicas; \
                 it can be done while the volume is in use.",
    },
    CodeText {
        code: Code::VolumeDegraded,
        word: "volume-degraded",
        check: "environment",
        severity: Severity::Warning,
        title: "A volume that has lost a replica",
        meaning: "Fewer replicas are sound than the volume is to have. Reads and writes go on. \
                  Until the rebuild is done there is less, or no, redundancy.",
        detection: "status.robustness of the Longhorn volume is degraded, as kubectl or the file \
                    of --longhorn says.",
        remedy: "Wait for the rebuild; neither trim nor stress the filesystem meanwhile. If it \
                 does not begin, look for space and nodes that can be scheduled.",
    },
    CodeText {
        code: Code::VolumeFaulted,
        word: "volume-faulted",
        check: "environment",
        severity: Severity::Suspect,
        title: "A volume whose replicas have all failed",
        meaning: "Longhorn has no replica left that it trusts. What is read may be an error, or \
                  content that is older than what was written last.",
        detection: "status.robustness of the Longhorn volume is faulted, as kubectl or the file of \
                    --longhorn says.",
        remedy: "Write nothing. Have the cause found before a replica is salvaged, and compare \
                 the files with a backup or a manifest afterwards.",
    },
    CodeText {
        code: Code::VolumeSalvaged,
        word: "volume-salvaged",
        check: "environment",
        severity: Severity::Warning,
        title: "A volume that was taken back after all replicas had failed",
        meaning: "At some time every replica had failed, and Longhorn went on with some of them. \
                  Content that was written last may be missing, and a replica that was taken back \
                  may have been a bad one (longhorn/longhorn#7425).",
        detection: "status.lastAutoSalvagedAt of the Longhorn volume holds a time, as kubectl or \
                    the file of --longhorn says.",
        remedy: "Compare the files with a backup, or with a manifest from before that time \
                 (--baseline).",
    },
    CodeText {
        code: Code::VolumeNotBackedUp,
        word: "volume-not-backed-up",
        check: "environment",
        severity: Severity::Info,
        title: "A volume of which no backup is known",
        meaning: "What is on the volume is nowhere else, as far as Longhorn knows. Another backup \
                  (rsync, a database's dumps) may exist that it does not know of.",
        detection: "status.lastBackup and status.lastBackupAt of the Longhorn volume are empty, \
                    as kubectl or the file of --longhorn says.",
        remedy: "Make a backup to storage outside the cluster, and try once to restore it.",
    },
    CodeText {
        code: Code::SpaceLow,
        word: "space-low",
        check: "environment",
        severity: Severity::Warning,
        title: "A filesystem that is nearly full",
        meaning: "Installs, builds and databases fail when it is full, and some of them leave \
                  files cut short without saying so.",
        detection: "statvfs(3): less than 1 % of the blocks can still be used by this user, on a \
                    filesystem that is mounted writable.",
        remedy: "Remove what can be made anew (caches, build output), or grow the volume.",
    },
    CodeText {
        code: Code::InodesLow,
        word: "inodes-low",
        check: "environment",
        severity: Severity::Warning,
        title: "A filesystem with hardly any inodes left",
        meaning: "No file can be made when none is left, however much space there is. node_modules \
                  and package stores use them up.",
        detection: "statvfs(3): less than 1 % of the inodes can still be used by this user, on a \
                    filesystem that is mounted writable and counts them.",
        remedy: "Remove what can be made anew (caches, node_modules of old projects). ext4 gets \
                 more inodes only by growing, or when it is made.",
    },
    CodeText {
        code: Code::OfflineProblem,
        word: "offline-problem",
        check: "image",
        severity: Severity::Corrupt,
        title: "The filesystem's own checker found a problem",
        meaning: "e2fsck, which looks at the unmounted filesystem, found structures that \
                  contradict one another. It names the inode, path or block where it can.",
        detection: "`fscan image` runs e2fsck -fn, which changes nothing, on an image, a detached \
                    device or a snapshot clone, and takes down each problem that it prints.",
        remedy: "Make sure that a copy exists and was verified. Then run e2fsck on a clone of the \
                 device and look at the result before repairing the original.",
    },
];
