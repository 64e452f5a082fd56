//! A file being written, on a thread of its own.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use switchboard_text_file::sync_folder;
use tokio::sync::{mpsc, oneshot};

use crate::{
    FileName,
    flush::Flush,
    new_file::rename_new,
    parts::{self, Part},
    receipt::{self, Receipt},
};

/// Bytes handed over at once. A TLS record has 16 KiB: waking the thread for each costs more than the copy.
const BATCH: usize = 128 << 10;
/// Batches on their way to the disk.
const WAITING: usize = 4;
/// Bytes that are asked for again when a download goes on, and compared: a server that has another file now shows it.
const OVERLAP: u64 = 64 << 10;
/// Files of one name in a folder.
const MOST_NAMES: u32 = 10_000;
/// How often somebody who waits for a file that is read again hears of it.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// Where a file goes.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) downloads: PathBuf,
    pub(crate) name: FileName,
    /// Names the source and its version, so that a later download can go on. None where nothing proves the version.
    pub(crate) key: Option<String>,
    pub(crate) total: Option<u64>,
    pub(crate) content_type: Option<String>,
    /// Keep the file even where the same is there already.
    pub(crate) again: bool,
}

/// A file under its name.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) receipt: Receipt,
    /// The same bytes were there under this name before.
    pub(crate) known: bool,
}

enum Order {
    Write(Vec<u8>),
    Tail(oneshot::Sender<(u64, Vec<u8>)>),
    Finish,
    Discard,
}

/// A part file and its thread. Dropped unfinished, it waits for a later download where one can go on, and is removed where not.
pub(crate) struct PartFile {
    orders: mpsc::Sender<Order>,
    outcome: oneshot::Receiver<io::Result<Named>>,
    batch: Vec<u8>,
    /// Written batches, to be filled again.
    empty: std::sync::mpsc::Receiver<Vec<u8>>,
    /// Bytes of a file that is there, as far as the thread has read them again.
    read: Arc<AtomicU64>,
}

impl PartFile {
    /// Starts the thread, which takes the part of an earlier download up where there is one: how many bytes that has.
    /// `busy` is called now and then while they are read.
    pub(crate) async fn open(target: Target, busy: &(dyn Fn(u64) + Send + Sync)) -> io::Result<(Self, u64)> {
        let (orders, received) = mpsc::channel(WAITING);
        let (report, outcome) = oneshot::channel();
        let (written, empty) = std::sync::mpsc::channel();
        let (ready, mut opened) = oneshot::channel();
        let read = Arc::new(AtomicU64::new(0));
        let progress = Arc::downgrade(&read);
        std::thread::Builder::new().name("download".to_owned()).spawn(move || {
            let outcome = write_all(&target, received, &written, &progress, |part, digest| {
                let length = take_up(part, digest, &progress)?;
                if let Some(length) = length {
                    // Nobody waits any more when the download was given up.
                    let _ = ready.send(length);
                }
                Ok(length)
            });
            drop(report.send(outcome));
        })?;
        let mut file = Self { orders, outcome, batch: Vec::with_capacity(BATCH), empty, read };
        loop {
            match tokio::time::timeout(TICK, &mut opened).await {
                Ok(Ok(length)) => return Ok((file, length)),
                Ok(Err(_)) => return Err(file.failure().await),
                Err(_) => busy(file.read.load(Ordering::Relaxed)),
            }
        }
    }

    async fn failure(&mut self) -> io::Error {
        match (&mut self.outcome).await {
            Ok(Err(error)) => error,
            _ => io::Error::other("the writing thread ended early"),
        }
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

    /// Where to go on, and the bytes from there to the end: a server must send them again. None when the disk has failed.
    pub(crate) async fn tail(&mut self) -> Option<(u64, Bytes)> {
        let (reply, tail) = oneshot::channel();
        if !self.hand_over().await || self.orders.send(Order::Tail(reply)).await.is_err() {
            return None;
        }
        let (from, bytes) = tail.await.ok()?;
        Some((from, bytes.into()))
    }

    /// Makes the file durable under a name that nothing else has. `busy` is called now and then while that takes, with how many
    /// bytes of a file that has the name were compared.
    pub(crate) async fn finish(mut self, busy: &(dyn Fn(u64) + Send + Sync)) -> io::Result<Named> {
        self.read.store(0, Ordering::Relaxed);
        // a failed send means that the thread has ended, and says why below
        self.hand_over().await;
        drop(self.orders.send(Order::Finish).await);
        loop {
            match tokio::time::timeout(TICK, &mut self.outcome).await {
                Ok(outcome) => {
                    return outcome.unwrap_or_else(|_| Err(io::Error::other("the writing thread ended early")));
                }
                Err(_) => busy(self.read.load(Ordering::Relaxed)),
            }
        }
    }

    /// Removes the file: it is not what was asked for.
    pub(crate) async fn discard(self) {
        drop(self.orders.send(Order::Discard).await);
        // Gone before anybody looks.
        drop(self.outcome.await);
    }
}

fn write_all(
    target: &Target,
    orders: mpsc::Receiver<Order>,
    written: &std::sync::mpsc::Sender<Vec<u8>>,
    progress: &Weak<AtomicU64>,
    begin: impl FnOnce(&mut Part, &mut Sha256) -> io::Result<Option<u64>>,
) -> io::Result<Named> {
    let folder = parts::folder(&target.downloads)?;
    parts::sweep(&target.downloads, &folder);
    let mut part = Part::claim(&folder, target.key.as_deref())?;
    if let Some(total) = target.total
        && let Err(error) = part.reserve(total)
    {
        // Nothing was written: what an earlier download left is as good as before.
        part.leave();
        return Err(error);
    }
    match serve(&mut part, orders, written, begin) {
        Ok(Some(done)) => name(part, target, done, progress),
        Ok(None) => {
            part.leave();
            Err(io::Error::other("the download was given up"))
        }
        // What a disk did with the last bytes is not known once it has failed.
        Err(error) => {
            part.remove();
            Err(error)
        }
    }
}

/// Everything was written.
struct Done {
    sha256: String,
    size: u64,
}

/// Carries orders out to the end; none when the download was given up.
fn serve(
    part: &mut Part,
    mut orders: mpsc::Receiver<Order>,
    written: &std::sync::mpsc::Sender<Vec<u8>>,
    begin: impl FnOnce(&mut Part, &mut Sha256) -> io::Result<Option<u64>>,
) -> io::Result<Option<Done>> {
    let mut digest = Sha256::new();
    let Some(mut size) = begin(part, &mut digest)? else { return Ok(None) };
    let mut flush = Flush::new(size);
    loop {
        match orders.blocking_recv() {
            Some(Order::Write(mut batch)) => {
                part.file.write_all(&batch)?;
                digest.update(&batch);
                size += batch.len() as u64;
                flush.note(&part.file, size)?;
                batch.clear();
                // nobody fills it again when the download is about to end
                drop(written.send(batch));
            }
            Some(Order::Tail(reply)) => drop(reply.send(tail(&mut part.file, size)?)),
            Some(Order::Finish) => {
                part.file.set_len(size)?;
                flush.end()?;
                // A disk that fails here may have lost any of it: the file is not tried again, but removed.
                part.file.sync_all()?;
                return Ok(Some(Done { sha256: format!("{:x}", digest.finalize()), size }));
            }
            Some(Order::Discard) => return Err(io::Error::other("the file is not what was asked for")),
            None => return Ok(None),
        }
    }
}

/// Hashes what an earlier download left, and stands at its end. None when nobody waits any more.
fn take_up(part: &mut Part, digest: &mut Sha256, progress: &Weak<AtomicU64>) -> io::Result<Option<u64>> {
    let length = receipt::hash_into(&mut part.file, digest, |bytes| note(progress, bytes))?;
    length.map(|length| part.file.seek(SeekFrom::Start(length))).transpose()
}

/// Notes how many bytes were read again, for who waits for the file. False when nobody does.
fn note(progress: &Weak<AtomicU64>, bytes: u64) -> bool {
    let read = progress.upgrade();
    if let Some(read) = &read {
        read.store(bytes, Ordering::Relaxed);
    }
    read.is_some()
}

/// The last bytes of the file and where they begin; it stands at its end again.
fn tail(file: &mut File, size: u64) -> io::Result<(u64, Vec<u8>)> {
    let overlap = OVERLAP.min(size.div_ceil(2));
    let from = file.seek(SeekFrom::Start(size - overlap))?;
    let mut bytes = Vec::new();
    Read::by_ref(file).take(overlap).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(size))?;
    Ok((from, bytes))
}

/// The first free name of the folder. Where the same bytes are there already under one that was tried, that one.
fn name(part: Part, target: &Target, done: Done, progress: &Weak<AtomicU64>) -> io::Result<Named> {
    // All has come: it is named although nobody waits any more.
    let read = |bytes| {
        note(progress, bytes);
        true
    };
    for number in 1..MOST_NAMES {
        let file = target.name.numbered(number);
        let path = target.downloads.join(&file);
        let known = match rename_new(&part.path, &path) {
            Ok(()) => {
                sync_folder(&target.downloads)?;
                false
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if target.again || !receipt::has_content(&path, done.size, &done.sha256, read) {
                    continue;
                }
                true
            }
            Err(error) => {
                part.remove();
                return Err(error);
            }
        };
        let content_type = target.content_type.clone();
        let receipt = Receipt::of(&target.downloads, file, done.size, done.sha256, content_type);
        if let (Some(key), Ok(folder)) = (&target.key, parts::folder(&target.downloads)) {
            // Without it the next download of the file takes the bytes once more.
            let _ = receipt.keep(&folder, key);
        }
        if known {
            part.remove();
        }
        return Ok(Named { receipt, known });
    }
    part.remove();
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder has too many files of this name"))
}
