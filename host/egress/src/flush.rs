//! Bytes of a file on their way to the disk while more arrive, so that the last wait for the disk is short.

use std::fs::File;
use std::io;
use std::thread::JoinHandle;

/// The system begins to write only when a tenth of its memory waits. What is left to the end takes a tenth of a second.
const STRIDE: u64 = 64 << 20;

/// At most one thread, which waits for the disk.
pub(crate) struct Flush {
    /// The size of the file when the last one began.
    from: u64,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Flush {
    pub(crate) fn new(size: u64) -> Flush {
        Flush { from: size, thread: None }
    }

    /// The file has grown to this size.
    ///
    /// # Errors
    /// The disk failed earlier. The system reports that once: nobody else hears of it.
    pub(crate) fn note(&mut self, file: &File, size: u64) -> io::Result<()> {
        if size.saturating_sub(self.from) < STRIDE || self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Ok(());
        }
        self.end()?;
        self.from = size;
        let file = file.try_clone()?;
        // Without a thread the end waits for all of it.
        self.thread = std::thread::Builder::new().name("flush".to_owned()).spawn(move || file.sync_data()).ok();
        Ok(())
    }

    /// Waits for the thread.
    ///
    /// # Errors
    /// As in [`Flush::note`].
    pub(crate) fn end(&mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(flushed)) => flushed,
            Some(Err(_)) => Err(io::Error::other("the thread that waits for the disk ended early")),
            None => Ok(()),
        }
    }
}

impl Drop for Flush {
    /// The thread has the file open, and with it the lock of the file.
    fn drop(&mut self) {
        // Who drops it unfinished gives the download up, or has an error already.
        let _ = self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_begins_after_each_stride() {
        let file = tempfile::tempfile().unwrap();
        let mut flush = Flush::new(10);
        flush.note(&file, 9 + STRIDE).unwrap();
        assert!(flush.thread.is_none());
        flush.note(&file, 10 + STRIDE).unwrap();
        assert!(flush.thread.is_some());
        flush.end().unwrap();
        assert_eq!(flush.from, 10 + STRIDE);
    }

    #[test]
    #[cfg(unix)]
    fn a_failure_of_the_disk_is_reported() {
        // What is no file on a disk cannot be flushed.
        let (reader, _writer) = io::pipe().unwrap();
        let file = File::from(std::os::fd::OwnedFd::from(reader));
        let mut flush = Flush::new(0);
        flush.note(&file, STRIDE).unwrap();
        assert!(flush.end().is_err());
    }
}
