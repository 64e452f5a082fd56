//! The account's cloud recordings, found quickly by instance, meeting, host and time, also when there are 100,000.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::state::fixed_text::Text;
use crate::state::media::Media;

/// Zoom's trash keeps what is in it for 30 days.
pub const TRASH_MS: i64 = 30 * 86_400_000;

/// The files of one held instance of a meeting.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recording {
    pub uuid: String,
    /// The meeting's number.
    pub id: i64,
    /// User id.
    pub host: String,
    pub topic: String,
    /// Zoom's meeting type, an integer on the wire.
    pub kind: u8,
    pub start_ms: i64,
    pub minutes: i64,
    pub timezone: String,
    pub files: Vec<RecordedFile>,
    /// Zoom is still recording or processing.
    pub processing: bool,
    pub auto_delete: bool,
    /// Counted up when files go: addresses of files given out before are dead then.
    #[serde(default)]
    pub generation: u32,
    /// What few recordings have.
    #[serde(default)]
    pub more: Option<Box<RecordingExtras>>,
}

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedFile {
    pub id: String,
    pub media: Media,
    #[serde(deserialize_with = "crate::state::fixed_text::text")]
    pub recording_type: Text,
    pub start_ms: i64,
    pub end_ms: i64,
    pub size: u64,
    /// Zoom shows it from then on; transcripts come later than videos.
    pub ready_ms: i64,
    #[serde(default)]
    pub trash: Option<Trash>,
}

/// Since when, and how, a file is in the trash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trash {
    pub at_ms: i64,
    /// With the whole recording, not alone.
    pub whole: bool,
}

/// What few recordings have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RecordingExtras {
    /// What was set; everything else has its default.
    pub settings: Map<String, Value>,
    pub registrants: Vec<Map<String, Value>>,
    /// Who viewed or downloaded it.
    pub visits: Vec<Visit>,
    /// A transcript that is not one of the recording's files.
    pub transcript: Option<RecordedFile>,
    /// A sound file for each participant.
    pub voices: Vec<RecordedFile>,
    /// A simulive webinar uses it: it cannot be deleted.
    pub in_use: bool,
    /// The account's storage has no room to take it out of the trash.
    pub no_room: bool,
}

/// Somebody viewed or downloaded a recording.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Visit {
    pub at_ms: i64,
    pub name: String,
    pub email: String,
    /// Seconds; 0 for downloads.
    pub seconds: i64,
    pub download: bool,
}

impl Recording {
    /// What is not in the trash and already shown.
    pub fn live(&self, now_ms: i64) -> impl Iterator<Item = &RecordedFile> {
        self.files.iter().filter(move |file| file.trash.is_none() && file.ready_ms <= now_ms)
    }

    /// Zoom lists it outside the trash.
    pub fn is_live(&self) -> bool {
        self.processing || self.files.iter().any(|file| file.trash.is_none())
    }

    /// Files in the trash, with the whole recording or alone.
    pub fn trashed(&self, whole: bool) -> impl Iterator<Item = &RecordedFile> {
        self.files.iter().filter(move |file| file.trash.is_some_and(|trash| trash.whole == whole))
    }

    pub fn more(&mut self) -> &mut RecordingExtras {
        self.more.get_or_insert_default()
    }
}

/// All recordings. Changes go through [`Recordings::change`], which keeps the indexes true.
#[derive(Default)]
pub struct Recordings {
    /// A place is never used twice.
    rows: Vec<Option<Recording>>,
    count: usize,
    by_uuid: HashMap<String, usize>,
    by_id: HashMap<i64, Vec<usize>>,
    by_host: HashMap<String, BTreeSet<(i64, usize)>>,
    by_start: BTreeSet<(i64, usize)>,
    /// Those with something in the trash.
    trash: BTreeSet<usize>,
}

impl Recordings {
    pub fn len(&self) -> usize {
        self.count
    }

    /// In the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Recording> {
        self.rows.iter().flatten()
    }

    pub fn at(&self, place: usize) -> Option<&Recording> {
        self.rows.get(place)?.as_ref()
    }

    pub fn place(&self, uuid: &str) -> Option<usize> {
        self.by_uuid.get(uuid).copied()
    }

    pub fn get(&self, uuid: &str) -> Option<&Recording> {
        self.at(self.place(uuid)?)
    }

    /// Places of a meeting's instances, in no order.
    pub fn of_meeting(&self, id: i64) -> &[usize] {
        self.by_id.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    /// One host's recordings, oldest first.
    pub fn of_host<'a>(&'a self, host: &str) -> impl DoubleEndedIterator<Item = &'a Recording> {
        let places = self.by_host.get(host).into_iter().flat_map(BTreeSet::iter);
        places.filter_map(|(_, place)| self.at(*place))
    }

    /// Places of the recordings that began in that time, newest first; of one host, or of all.
    pub fn between(&self, host: Option<&str>, from_ms: i64, until_ms: i64) -> Vec<usize> {
        let all = match host {
            Some(host) => self.by_host.get(host),
            None => Some(&self.by_start),
        };
        let range = (from_ms, 0)..(until_ms.max(from_ms), 0);
        all.into_iter().flat_map(|all| all.range(range.clone()).rev()).map(|(_, place)| *place).collect()
    }

    /// Places of everything with something in the trash.
    pub fn in_trash(&self) -> impl Iterator<Item = usize> {
        self.trash.iter().copied()
    }

    /// Add one; a recording of the same UUID is replaced.
    pub fn push(&mut self, recording: Recording) {
        if let Some(place) = self.place(&recording.uuid) {
            self.remove(place);
        }
        let place = self.rows.len();
        self.count += 1;
        self.rows.push(Some(recording));
        self.index(place);
    }

    pub fn remove(&mut self, place: usize) -> Option<Recording> {
        self.forget(place);
        let removed = self.rows.get_mut(place)?.take()?;
        self.count -= 1;
        Some(removed)
    }

    /// Change one, whatever of it.
    pub fn change<T>(&mut self, place: usize, change: impl FnOnce(&mut Recording) -> T) -> Option<T> {
        self.forget(place);
        let done = self.rows.get_mut(place)?.as_mut().map(change);
        self.index(place);
        done
    }

    /// Give everything of one host to another, as when a user is deleted with a transfer.
    pub fn transfer(&mut self, from: &str, to: &str) {
        let places: Vec<usize> =
            self.by_host.get(from).into_iter().flat_map(|all| all.iter().map(|(_, place)| *place)).collect();
        for place in places {
            self.change(place, |recording| to.clone_into(&mut recording.host));
        }
    }

    /// What has been in the trash for 30 days is gone.
    pub fn expire(&mut self, now_ms: i64) {
        let old = |file: &RecordedFile| file.trash.is_some_and(|trash| trash.at_ms + TRASH_MS <= now_ms);
        let places: Vec<usize> = self
            .trash
            .iter()
            .copied()
            .filter(|place| self.at(*place).is_some_and(|row| row.files.iter().any(old)))
            .collect();
        for place in places {
            let empty = self.change(place, |row| {
                row.files.retain(|file| !old(file));
                row.files.is_empty() && !row.processing
            });
            if empty == Some(true) {
                self.remove(place);
            }
        }
    }

    fn index(&mut self, place: usize) {
        let Some(row) = self.rows.get(place).and_then(Option::as_ref) else {
            return;
        };
        self.by_uuid.insert(row.uuid.clone(), place);
        self.by_id.entry(row.id).or_default().push(place);
        if let Some(of_host) = self.by_host.get_mut(&row.host) {
            of_host.insert((row.start_ms, place));
        } else {
            self.by_host.insert(row.host.clone(), BTreeSet::from([(row.start_ms, place)]));
        }
        self.by_start.insert((row.start_ms, place));
        if row.files.iter().any(|file| file.trash.is_some()) {
            self.trash.insert(place);
        }
    }

    fn forget(&mut self, place: usize) {
        let Some(row) = self.rows.get(place).and_then(Option::as_ref) else {
            return;
        };
        self.by_uuid.remove(&row.uuid);
        if let Some(places) = self.by_id.get_mut(&row.id) {
            places.retain(|other| *other != place);
        }
        if let Some(of_host) = self.by_host.get_mut(&row.host) {
            of_host.remove(&(row.start_ms, place));
        }
        self.by_start.remove(&(row.start_ms, place));
        self.trash.remove(&place);
    }
}

impl FromIterator<Recording> for Recordings {
    fn from_iter<T: IntoIterator<Item = Recording>>(rows: T) -> Self {
        let mut all = Self::default();
        rows.into_iter().for_each(|row| all.push(row));
        all
    }
}

impl From<Vec<Recording>> for Recordings {
    fn from(rows: Vec<Recording>) -> Self {
        rows.into_iter().collect()
    }
}

/// Written with its empty places, because addresses of files name places; the indexes are made again.
impl Serialize for Recordings {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Recordings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut all = Self::default();
        for row in Vec::<Option<Recording>>::deserialize(from)? {
            match row {
                Some(row) => all.push(row),
                None => all.rows.push(None),
            }
        }
        Ok(all)
    }
}
