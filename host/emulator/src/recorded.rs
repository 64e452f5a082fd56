//! The recordings of the account: a list, with an index by host that any change renews.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

use crate::world::Recording;

/// All recordings. Reads and changes like a `Vec`; [`Recordings::of_host`] is quick on accounts with very many.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recordings {
    rows: Vec<Recording>,
    #[serde(skip)]
    by_host: OnceCell<HashMap<String, Vec<usize>>>,
}

impl Recordings {
    /// The recordings of one host, in the order of the whole list.
    pub fn of_host<'a>(&'a self, host: &str) -> impl Iterator<Item = &'a Recording> {
        let places = self.index().get(host).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.rows.get(*at))
    }

    fn index(&self) -> &HashMap<String, Vec<usize>> {
        self.by_host.get_or_init(|| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, row) in self.rows.iter().enumerate() {
                match index.get_mut(&row.host) {
                    Some(places) => places.push(at),
                    None => drop(index.insert(row.host.clone(), vec![at])),
                }
            }
            index
        })
    }
}

impl From<Vec<Recording>> for Recordings {
    fn from(rows: Vec<Recording>) -> Self {
        Self { rows, by_host: OnceCell::new() }
    }
}

impl Deref for Recordings {
    type Target = Vec<Recording>;

    fn deref(&self) -> &Vec<Recording> {
        &self.rows
    }
}

impl DerefMut for Recordings {
    /// Whatever is about to change may concern the index: it is made again when next needed.
    fn deref_mut(&mut self) -> &mut Vec<Recording> {
        self.by_host.take();
        &mut self.rows
    }
}

impl<'a> IntoIterator for &'a Recordings {
    type Item = &'a Recording;
    type IntoIter = std::slice::Iter<'a, Recording>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}
