//! The folder of files on their way: each is locked by the process that writes it, and swept when nobody does.
//!
//! A part that a later download may go on with has the hash of its source as its name. Any other is of use to its process only.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use switchboard_text_file::{is_at, open_regular};

/// Beside the files, so that a file gets its name without being copied.
const FOLDER: &str = ".switchboard";
const SUFFIX: &str = ".part";
/// Begins the name of a part that nobody can go on with.
const ONCE: &str = "once-";
/// Longest that a part waits for its download to go on. Links and listings change by then.
const OLDEST: Duration = Duration::from_secs(3 * 86_400);
/// Most parts that wait.
const MOST_PARTS: usize = 8;
/// Most bytes that they have together; the latest waits whatever its size.
const MOST_BYTES: u64 = 20 << 30;
/// Most files of the folder that one sweep looks at.
const MOST_LOOKED_AT: usize = 10_000;
/// Downloads of one file at a time that each keep a part. Further ones keep none.
const MOST_OF_ONE: u32 = 4;
/// How long after its last byte a part of earlier versions of this program has certainly ended.
const EARLIER_ENDED: Duration = Duration::from_secs(3_600);
/// Longest that a claim waits for a sweep, which takes milliseconds.
const LONGEST_SWEEP: Duration = Duration::from_secs(2);
/// Between two looks at whether it has ended.
const PAUSE: Duration = Duration::from_millis(2);
/// How long it is remembered which file came from where.
const OLDEST_RECEIPT: Duration = Duration::from_secs(90 * 86_400);
/// Left free on the disk where space cannot be reserved.
const SPARE: u64 = 1 << 20;

/// A part file that this process alone writes.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    /// A later download can go on with it.
    lasting: bool,
}

/// The folder of parts and receipts, made where it is missing.
pub(crate) fn folder(downloads: &Path) -> io::Result<PathBuf> {
    let folder = downloads.join(FOLDER);
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Opening what is no folder might wait.
        Err(_) if !fs::metadata(&folder)?.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
        _ => Ok(folder),
    }
}

impl Part {
    /// The part of a source, with what an earlier download left in it, or an empty one.
    pub(crate) fn claim(folder: &Path, key: Option<&str>) -> io::Result<Part> {
        let _no_sweep = key.and_then(|_| await_sweep(folder));
        for number in 0..MOST_OF_ONE {
            let Some(key) = key else { break };
            let path = folder.join(format!("{key}-{number}{SUFFIX}"));
            if let Some(file) = lock(&path, true)? {
                return Ok(Part { file, path, lasting: true });
            }
        }
        loop {
            let made = tempfile::Builder::new().prefix(ONCE).suffix(SUFFIX).tempfile_in(folder)?;
            let path = made.into_temp_path().keep().map_err(io::Error::from)?;
            // None when a sweep came in between.
            if let Some(file) = lock(&path, false)? {
                return Ok(Part { file, path, lasting: false });
            }
        }
    }

    /// Takes the room for the whole file, so that a full disk is known before the download and not at its end.
    pub(crate) fn reserve(&self, total: u64) -> io::Result<()> {
        let missing = total.saturating_sub(self.file.metadata()?.len());
        #[cfg(target_os = "linux")]
        {
            use rustix::{fs::FallocateFlags, io::Errno};
            match rustix::fs::fallocate(&self.file, FallocateFlags::KEEP_SIZE, 0, total.max(1)) {
                // What the file system cannot reserve is looked up.
                Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {}
                done => return Ok(done?),
            }
        }
        #[cfg(unix)]
        {
            let disk = rustix::fs::fstatvfs(&self.file)?;
            if disk.f_bavail.saturating_mul(disk.f_frsize) < missing.saturating_add(SPARE) {
                return Err(io::ErrorKind::StorageFull.into());
            }
        }
        Ok(())
    }

    /// Leaves the part to a later download, without the room that it does not use. One of no use goes.
    pub(crate) fn leave(self) {
        let length = self.file.metadata().map_or(0, |metadata| metadata.len());
        if !self.lasting || length == 0 || self.file.set_len(length).is_err() {
            self.remove();
        }
    }

    /// Removes the part, as long as its lock is held.
    pub(crate) fn remove(self) {
        // Left behind, the next sweep takes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// The file at `path`, locked; none while another download has it, or where it is missing and not to be made.
fn lock(path: &Path, make: bool) -> io::Result<Option<File>> {
    loop {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(make).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = match open_regular(path, &options) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !make => return Ok(None),
            file => file?,
        };
        match file.try_lock() {
            // Removed or named by its last holder after it was opened.
            Ok(()) if !is_at(&file, path)? => {}
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// The lock of the folder: a sweep has it alone, who claims a part shares it. So the lock that a sweep has on a part is never
/// taken for that of a download. None on systems and disks without such locks.
fn lock_folder(folder: &Path, alone: bool) -> Result<Option<File>, Busy> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    let locked = if alone { file.try_lock() } else { file.try_lock_shared() };
    match locked {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Busy),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Somebody else sweeps the folder, or claims a part of it.
struct Busy;

/// The folder's lock, shared. Not waited for without an end: at worst a part is not found, and the download starts again.
fn await_sweep(folder: &Path) -> Option<File> {
    let begun = Instant::now();
    while begun.elapsed() < LONGEST_SWEEP {
        match lock_folder(folder, false) {
            Ok(lock) => return lock,
            Err(Busy) => std::thread::sleep(PAUSE),
        }
    }
    None
}

/// Removes what killed downloads left: parts that nobody can go on with, old ones, and those beyond what may wait.
pub(crate) fn sweep(downloads: &Path, folder: &Path) {
    // Whoever claims a part now has swept before, or somebody sweeps.
    let Ok(_alone) = lock_folder(folder, true) else { return };
    let now = SystemTime::now();
    let age = |metadata: &fs::Metadata| metadata.modified().ok().and_then(|at| now.duration_since(at).ok());
    let older = |metadata: &fs::Metadata, limit| age(metadata).is_some_and(|age| age > limit);
    let mut waiting = Vec::new();
    for (name, path, metadata) in files(folder) {
        if name.ends_with(SUFFIX) {
            // One that is being written is not to be had. Who claims one now finds it gone and makes another.
            let Ok(Some(file)) = lock(&path, false) else { continue };
            let Ok(metadata) = file.metadata() else { continue };
            if name.starts_with(ONCE) || older(&metadata, OLDEST) {
                let _ = fs::remove_file(&path);
            } else {
                waiting.push((age(&metadata).unwrap_or_default(), path, file, metadata.len()));
            }
        } else if older(&metadata, OLDEST_RECEIPT) {
            let _ = fs::remove_file(&path);
        }
    }
    waiting.sort_by_key(|(age, ..)| *age);
    let mut bytes = 0_u64;
    for (position, (_, path, file, length)) in waiting.into_iter().enumerate() {
        bytes = bytes.saturating_add(length);
        if position > 0 && (position >= MOST_PARTS || bytes > MOST_BYTES) {
            let _ = fs::remove_file(&path);
        } else {
            // The room that a killed download had reserved.
            let _ = file.set_len(length);
        }
    }
    for (name, path, metadata) in files(downloads) {
        if name.starts_with(".switchboard-") && name.ends_with(SUFFIX) && older(&metadata, EARLIER_ENDED) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn files(folder: &Path) -> impl Iterator<Item = (String, PathBuf, fs::Metadata)> {
    fs::read_dir(folder).into_iter().flatten().take(MOST_LOOKED_AT).flatten().filter_map(|entry| {
        let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((entry.file_name().into_string().ok()?, entry.path(), metadata))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn part_is_resumed_by_one_download() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder(home.path()).unwrap();
        let mut first = Part::claim(&folder, Some("a")).unwrap();
        first.file.write_all(b"hello").unwrap();
        let second = Part::claim(&folder, Some("a")).unwrap();
        assert_ne!(first.path, second.path);
        second.leave();
        first.leave();
        assert_eq!(count(&folder), 1, "an empty part is of no use");
        assert_eq!(Part::claim(&folder, Some("a")).unwrap().file.metadata().unwrap().len(), 5);
        assert_eq!(Part::claim(&folder, Some("b")).unwrap().file.metadata().unwrap().len(), 0);
    }

    #[test]
    fn a_sweep_removes_what_nobody_holds_and_nobody_can_use() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder(home.path()).unwrap();
        let held = Part::claim(&folder, None).unwrap();
        // Dropped without a word, as by a kill.
        drop(Part::claim(&folder, None).unwrap());
        let old = Part::claim(&folder, Some("old")).unwrap();
        old.file.set_modified(SystemTime::now() - OLDEST - Duration::from_secs(60)).unwrap();
        drop(old);
        drop(Part::claim(&folder, Some("new")).unwrap());
        assert_eq!(count(&folder), 4);
        sweep(home.path(), &folder);
        assert_eq!(count(&folder), 2);
        assert!(held.path.exists());
    }

    #[test]
    fn a_sweep_keeps_no_part_from_its_download() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder(home.path()).unwrap();
        for number in 0..MOST_PARTS {
            let mut part = Part::claim(&folder, Some(&number.to_string())).unwrap();
            part.file.write_all(b"hello").unwrap();
            part.leave();
        }
        let ended = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                    sweep(home.path(), &folder);
                }
            });
            let lengths: Vec<u64> = (0..200)
                .map(|round| {
                    let part = Part::claim(&folder, Some(&(round % MOST_PARTS).to_string())).unwrap();
                    let length = part.file.metadata().unwrap().len();
                    part.leave();
                    length
                })
                .collect();
            ended.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(lengths, vec![5; 200]);
        });
    }

    #[test]
    fn waiting_parts_are_limited() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder(home.path()).unwrap();
        for number in 0..MOST_PARTS + 5 {
            drop(Part::claim(&folder, Some(&number.to_string())).unwrap());
        }
        sweep(home.path(), &folder);
        assert_eq!(count(&folder), MOST_PARTS);
    }

    #[test]
    fn room_that_is_not_used_is_given_back() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder(home.path()).unwrap();
        let mut part = Part::claim(&folder, Some("a")).unwrap();
        part.file.write_all(b"x").unwrap();
        part.reserve(8 << 20).unwrap();
        let path = part.path.clone();
        part.leave();
        assert_eq!(fs::metadata(&path).unwrap().len(), 1);
        #[cfg(unix)]
        assert!(std::os::unix::fs::MetadataExt::blocks(&fs::metadata(&path).unwrap()) < 1_000);
    }
}
