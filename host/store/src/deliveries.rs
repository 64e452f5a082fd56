//! Signatures of deliveries that came in, so that none is accepted twice.

use rusqlite::params;

use crate::{Store, StoreError};

impl Store {
    /// Whether a signature is seen for the first time; from now until `until_ms` it is not, in any process and after a crash.
    pub fn first_delivery(&self, proof: &[u8], now_ms: i64, until_ms: i64) -> Result<bool, StoreError> {
        self.transaction(|db| {
            db.execute("DELETE FROM deliveries_seen WHERE until < ?1", [now_ms])?;
            let sql = "INSERT INTO deliveries_seen (proof, until) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            Ok(db.execute(sql, params![proof, until_ms])? > 0)
        })
    }

    /// Forgets a signature: what it came with was not taken in.
    pub fn forget_delivery(&self, proof: &[u8]) -> Result<(), StoreError> {
        self.execute("DELETE FROM deliveries_seen WHERE proof = ?1", [proof])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w_05_a_signature_is_new_once_in_all_processes_and_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let first = |now, until| Store::open(dir.path()).unwrap().first_delivery(b"proof", now, until).unwrap();
        assert!(first(0, 100));
        assert!(!first(100, 200));
        let store = Store::open(dir.path()).unwrap();
        assert!(store.first_delivery(b"other", 100, 200).unwrap());
        assert!(first(101, 200), "its time is over");
        assert!(store.first_delivery(b"third", 201, 300).unwrap());
        let kept: i64 = store.lock().query_row("SELECT count(*) FROM deliveries_seen", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 1, "nothing is kept for longer than it is needed");
    }

    #[test]
    fn of_many_who_ask_at_once_one_is_first() {
        let dir = tempfile::tempdir().unwrap();
        Store::open(dir.path()).unwrap();
        let ask = |_| {
            let store = Store::open(dir.path()).unwrap();
            move || store.first_delivery(b"proof", 0, 100).unwrap()
        };
        let asking: Vec<_> = (0..8).map(ask).map(std::thread::spawn).collect();
        let first = asking.into_iter().map(|one| one.join().unwrap()).filter(|first| *first).count();
        assert_eq!(first, 1);
    }
}
