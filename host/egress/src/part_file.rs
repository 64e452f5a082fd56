//! A file being written, on a thread of its own.

use std::{
    fs::{self, File},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::{mpsc, oneshot};

/// Bytes handed over at once. A TLS record has 16 KiB: waking the thread for each costs more than the copy.
const BATCH: usize = 128 << 10;
/// Batches on their way to the disk.
const WAITING: usize = 4;

enum Order {
    Write(Vec<u8>),
    StartOver,
    Finish,
}

/// A temporary file beside the final one. Dropped unfinished, it is removed.
pub(crate) struct PartFile {
    orders: mpsc::Sender<Order>,
    outcome: oneshot::Receiver<io::Result<String>>,
    batch: Vec<u8>,
    /// Written batches, to be filled again.
    empty: std::sync::mpsc::Receiver<Vec<u8>>,
}

impl PartFile {
    /// Creates the temporary file and starts its thread.
    pub(crate) fn create(to: &Path) -> io::Result<Self> {
        let to = to.to_owned();
        let (orders, received) = mpsc::channel(WAITING);
        let (report, outcome) = oneshot::channel();
        let (written, empty) = std::sync::mpsc::channel();
        std::thread::Builder::new().name("download".to_owned()).spawn(move || {
            // nobody listens any more when the download was given up
            drop(report.send(write_all(&to, received, &written)));
        })?;
        Ok(Self { orders, outcome, batch: Vec::with_capacity(BATCH), empty })
    }

    /// Takes bytes over; waits while the disk is slower than the network. `false` when the disk has failed.
    pub(crate) async fn write(&mut self, mut bytes: Bytes) -> bool {
        while !bytes.is_empty() {
            let part = bytes.split_to(bytes.len().min(BATCH - self.batch.len()));
            self.batch.extend_from_slice(&part);
            if self.batch.len() == BATCH && !self.hand_over().await {
                return false;
            }
        }
        true
    }

    async fn hand_over(&mut self) -> bool {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(BATCH));
        self.orders.send(Order::Write(std::mem::replace(&mut self.batch, next))).await.is_ok()
    }

    /// Forgets what was written.
    pub(crate) async fn start_over(&mut self) -> bool {
        self.batch.clear();
        self.orders.send(Order::StartOver).await.is_ok()
    }

    /// Makes the file durable under its final name, and returns its SHA-256 in hex.
    pub(crate) async fn finish(mut self) -> io::Result<String> {
        // a failed send means that the thread has ended, and says why below
        self.hand_over().await;
        drop(self.orders.send(Order::Finish).await);
        self.outcome.await.unwrap_or_else(|_| Err(io::Error::other("the writing thread ended early")))
    }
}

fn write_all(
    to: &Path,
    mut orders: mpsc::Receiver<Order>,
    written: &std::sync::mpsc::Sender<Vec<u8>>,
) -> io::Result<String> {
    let dir = folder(to);
    let mut part = tempfile::Builder::new().prefix(".switchboard-").suffix(".part").tempfile_in(&dir)?;
    let mut digest = Sha256::new();
    loop {
        match orders.blocking_recv() {
            Some(Order::Write(mut batch)) => {
                part.write_all(&batch)?;
                digest.update(&batch);
                batch.clear();
                // nobody fills it again when the download is about to end
                drop(written.send(batch));
            }
            Some(Order::StartOver) => {
                part.as_file().set_len(0)?;
                part.rewind()?;
                digest = Sha256::new();
            }
            Some(Order::Finish) => break,
            None => return Err(io::Error::other("the download was given up")),
        }
    }
    make_durable(part, to, &dir)?;
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn make_durable(part: NamedTempFile, to: &Path, dir: &Path) -> io::Result<()> {
    part.as_file().sync_all()?;
    part.persist(to).map_err(|error| error.error)?;
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

fn folder(to: &Path) -> PathBuf {
    match to.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Whether a file can be put there at all.
pub(crate) fn check_place(to: &Path) -> io::Result<()> {
    if to.file_name().is_none() || to.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "the path names no file"));
    }
    fs::metadata(folder(to)).map(drop)
}
