//! Locks that end with their process, and leases on top of them.
//!
//! A lease in a row alone would have to run out before anybody could follow a process that was killed. Beside the row
//! there is a file with an exclusive lock: the system gives it back the moment its holder dies, and not before.

use std::fmt::Display;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use switchboard_text_file::{is_at, open_regular};

use crate::leases::Fence;
use crate::{Store, StoreError};

/// A lock on a file. Ends when dropped, and with the process.
#[derive(Debug)]
pub struct FileLock {
    // None in memory.
    _file: Option<File>,
    /// The file goes with its lock.
    remove: Option<PathBuf>,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            // Left behind it costs an empty file.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A lease whose holder lives. Give it back with [`Store::let_go`]; dropped, it ends all the same.
#[derive(Debug)]
pub struct Held {
    fence: Fence,
    // None in memory, where the row alone decides.
    _lock: Option<FileLock>,
}

impl Held {
    /// The proof to show with every write.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }
}

/// What only one can have at a time: the lock of a file, or a row where the database is in memory. Ends when dropped; the
/// lock of a file ends with its process too.
#[derive(Debug)]
pub struct Place {
    store: Store,
    // None in memory.
    lock: Option<FileLock>,
    fence: Option<Fence>,
}

impl Drop for Place {
    fn drop(&mut self) {
        // The file goes first: whoever gets the place next makes another.
        self.lock = None;
        if let Some(fence) = self.fence.take() {
            // Left behind the row ends after its time.
            let _ = self.store.release_lease(&fence);
        }
    }
}

impl Store {
    /// Takes the place of a name, unless somebody has it. Writes nothing to the database on disk. `ttl_ms` counts in memory alone.
    pub fn take_place(
        &self,
        name: &str,
        holder: &impl Display,
        ttl_ms: i64,
        now_ms: i64,
    ) -> Result<Option<Place>, StoreError> {
        let place = |lock, fence| Place { store: self.clone(), lock, fence };
        Ok(match self.folder() {
            Some(_) => self.lock_once(name)?.map(|lock| place(Some(lock), None)),
            None => {
                let number = self.take_lease(name, holder, ttl_ms, now_ms)?;
                number.map(|number| place(None, Some(Fence::new(name, number))))
            }
        })
    }

    /// Whether a living process holds the lock of a name that is used once. The file that a killed process left is removed.
    pub(crate) fn is_locked(&self, name: &str) -> Result<bool, StoreError> {
        let Some(path) = self.lock_path(name)? else {
            return Ok(false);
        };
        let failed = |cause| StoreError::Folder { path: path.clone(), cause };
        let file = match open_regular(&path, OpenOptions::new().read(true)) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(cause) => return Err(failed(cause)),
        };
        // Shared: two that look at once must not take each other for the holder.
        match file.try_lock_shared() {
            Ok(()) => {
                if is_at(&file, &path).map_err(failed)? {
                    // Left behind it costs an empty file.
                    let _ = std::fs::remove_file(&path);
                }
                Ok(false)
            }
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }

    /// Takes a lease unless a living process has it. In memory, unless the row says somebody has it.
    pub fn hold(&self, name: &str, holder: &str, ttl_ms: i64, now_ms: i64) -> Result<Option<Held>, StoreError> {
        if self.folder().is_none() {
            let number = self.take_lease(name, &holder, ttl_ms, now_ms)?;
            return Ok(number.map(|number| Held { fence: Fence::new(name, number), _lock: None }));
        }
        let Some(lock) = self.lock_file(name, false)? else {
            return Ok(None);
        };
        let number = self.seize_lease(name, &holder, ttl_ms, now_ms)?;
        Ok(Some(Held { fence: Fence::new(name, number), _lock: lock.into() }))
    }

    /// Gives a lease back.
    pub fn let_go(&self, held: Held) -> Result<(), StoreError> {
        self.release_lease(&held.fence)
    }

    /// Locks the file of a name beside the database: `shared` with others who share it, else alone. None while somebody
    /// has it otherwise. In memory nobody else can have it.
    pub fn lock_file(&self, name: &str, shared: bool) -> Result<Option<FileLock>, StoreError> {
        let Some(path) = self.lock_path(name)? else {
            return Ok(Some(FileLock { _file: None, remove: None }));
        };
        let failed = |cause| StoreError::Folder { path: path.clone(), cause };
        loop {
            let options = OpenOptions::new().create(true).append(true).mode(0o600).to_owned();
            let file = open_regular(&path, &options).map_err(failed)?;
            let locked = if shared { file.try_lock_shared() } else { file.try_lock() };
            match locked {
                // Removed by its last holder after it was opened: the next would lock another file of the name.
                Ok(()) if !is_at(&file, &path).map_err(failed)? => {}
                Ok(()) => return Ok(Some(FileLock { _file: Some(file), remove: None })),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            }
        }
    }

    /// The same alone, for a name that is used once: its file goes with the lock. Always there to have in memory.
    pub fn lock_once(&self, name: &str) -> Result<Option<FileLock>, StoreError> {
        let mut lock = self.lock_file(name, false)?;
        if let Some(lock) = &mut lock {
            lock.remove = self.lock_path(name)?;
        }
        Ok(lock)
    }

    /// The file that is locked under a name. None in memory.
    pub fn lock_path(&self, name: &str) -> Result<Option<PathBuf>, StoreError> {
        let Some(folder) = self.folder() else {
            return Ok(None);
        };
        let folder = folder.join("locks");
        let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
        match made {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Folder { path: folder, cause });
            }
            _ => {}
        }
        let file: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        Ok(Some(folder.join(file)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn one_holder_at_a_time_and_no_waiting_for_one_that_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (Store::open(dir.path()).unwrap(), Store::open(dir.path()).unwrap());
        let first = one.hold("token/c1", "a", 60_000, 1_000).unwrap().unwrap();
        assert!(other.hold("token/c1", "b", 60_000, 1_000).unwrap().is_none());
        // Long after its time: the holder lives, so nobody follows.
        assert!(other.hold("token/c1", "b", 60_000, 9_000_000).unwrap().is_none());
        assert!(other.hold("token/c2", "b", 60_000, 1_000).unwrap().is_some());
        // As a killed process leaves it: the row still says it is held.
        drop(first);
        let second = other.hold("token/c1", "b", 60_000, 1_001).unwrap().unwrap();
        other.let_go(second).unwrap();
        assert!(one.hold("token/c1", "a", 60_000, 1_002).unwrap().is_some());
    }

    #[test]
    fn a_lock_that_takes_its_file_along_is_never_held_twice() {
        let dir = tempfile::tempdir().unwrap();
        let (inside, most) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let store = Store::open(dir.path()).unwrap();
                    for _ in 0..4_000 {
                        let Some(lock) = store.lock_once("rev_1").unwrap() else { continue };
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 1);
    }

    #[test]
    fn a_file_that_was_removed_is_not_at_its_path_also_while_it_has_another_name() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("lock"), dir.path().join("silly"));
        let file = File::create(&path).unwrap();
        assert!(is_at(&file, &path).unwrap());
        std::fs::rename(&path, other).unwrap();
        assert!(!is_at(&file, &path).unwrap(), "nobody is there");
        File::create(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap(), "another one is there");
    }

    #[test]
    fn who_was_overtaken_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        store.put_secret("c1", "token", b"first", 1).unwrap();
        let first = store.hold("token/c1", "a", 60_000, 1_000).unwrap().unwrap();
        let stale = first.fence().clone();
        drop(first);
        let second = store.hold("token/c1", "b", 60_000, 1_000).unwrap().unwrap();
        let written = store.put_secret_under(&stale, "c1", "token", b"old", 2);
        assert!(matches!(written, Err(StoreError::LeaseLost { .. })));
        store.put_secret_under(second.fence(), "c1", "token", b"new", 2).unwrap();
    }

    #[test]
    fn a_shared_lock_keeps_out_who_wants_it_alone() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let shared = store.lock_file("vault", true).unwrap().unwrap();
        assert!(store.lock_file("vault", true).unwrap().is_some());
        assert!(store.lock_file("vault", false).unwrap().is_none());
        drop(shared);
        assert!(store.lock_file("vault", false).unwrap().is_some());
    }
}
