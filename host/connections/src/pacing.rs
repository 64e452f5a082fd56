//! The budget of an account, kept in the store: connections, automations and processes of one account share it.

use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use switchboard_egress::{Ask, Held, Pacing, Slot, Turn, now_us, take};
use switchboard_store::{BudgetLine, Store, StoreError};

use crate::Clock;

/// Longest that one turn is held against others in memory, where no lock ends with its holder. Longer than a call may last.
const TURN_MS: i64 = 180_000;
/// How often a waiting process looks whether it is its turn.
const LOOK: Duration = Duration::from_millis(25);

/// Each further try means that another process has reserved a request.
const MOST_TRIES: u32 = 10_000;

/// The budget of one account.
#[derive(Clone)]
pub(crate) struct StorePacing {
    store: Store,
    account: String,
    clock: Clock,
}

impl StorePacing {
    pub(crate) fn new(store: Store, account: String, clock: Clock) -> Self {
        Self { store, account, clock }
    }

    /// Reserves without another thread, where this is the first work of the store and nobody else writes.
    fn reserve_at_once(&self, ask: &Ask) -> Result<Option<Result<Duration, Held>>, StoreError> {
        if !self.store.is_first_work() {
            return Ok(None);
        }
        let names = names(ask);
        let former = self.store.budget(&self.account, &names)?;
        let mut lines = former.clone();
        let wait = match spend(ask, &mut lines) {
            Ok(wait) => wait,
            Err(held) => return Ok(Some(Err(held))),
        };
        let is_done = self.store.try_replace_budget(&self.account, &names, &former, &lines)? == Some(true);
        Ok(if is_done { Some(Ok(wait)) } else { None })
    }
}

#[async_trait]
impl Pacing for StorePacing {
    async fn reserve(&self, ask: &Ask) -> Result<Duration, Held> {
        if let Ok(Some(outcome)) = self.reserve_at_once(ask) {
            return outcome;
        }
        let (store, account, ask) = (self.store.clone(), self.account.clone(), ask.clone());
        let changed = self.store.call(move || {
            let names = names(&ask);
            for _ in 0..MOST_TRIES {
                let former = store.budget(&account, &names)?;
                let mut lines = former.clone();
                let wait = match spend(&ask, &mut lines) {
                    Ok(wait) => wait,
                    Err(held) => return Ok(Err(held)),
                };
                if store.replace_budget(&account, &names, &former, &lines)? {
                    return Ok(Ok(wait));
                }
            }
            Err(StoreError::Busy)
        });
        match changed.await {
            Ok(outcome) => outcome,
            // The service still counts: a budget that cannot be kept must not stop the work.
            Err(_) => Ok(Duration::ZERO),
        }
    }

    async fn turn(&self, what: &str) -> Turn {
        // A name of any length and alphabet makes a file name of its own.
        let name = format!("turn/{:x}", Sha256::digest(format!("{} {what}", self.account)));
        // Whoever waits sets the limit; a holder that dies leaves no turn behind.
        loop {
            match self.store.take_place(&name, &std::process::id(), TURN_MS, (self.clock)()) {
                Ok(Some(place)) => return Box::new(place),
                Ok(None) => tokio::time::sleep(LOOK).await,
                Err(_) => return Box::new(()),
            }
        }
    }
}

/// The lines of the budget that a request takes from.
fn names(ask: &Ask) -> Vec<&str> {
    std::iter::once(ask.class.as_str()).chain(ask.daily.iter().map(|(name, _)| name.as_str())).collect()
}

fn spend(ask: &Ask, lines: &mut [BudgetLine]) -> Result<Duration, Held> {
    let mut slots: Vec<Slot> = lines
        .iter()
        .map(|(next_us, day, used)| Slot { next_us: *next_us, day: *day, used: used.unsigned_abs() })
        .collect();
    let wait = take(ask, now_us(), &mut slots)?;
    for (line, slot) in lines.iter_mut().zip(slots) {
        *line = (slot.next_us, slot.day, i64::try_from(slot.used).unwrap_or(i64::MAX));
    }
    Ok(wait)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock;

    /// Longer than any machine takes for a turn that is free.
    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn timers_go_on_while_another_process_writes() {
        let dir = tempfile::tempdir().unwrap();
        let pacing = StorePacing::new(Store::open(dir.path()).unwrap(), "a".to_owned(), Arc::new(clock::now));
        let other = Store::open(dir.path()).unwrap();
        let (writes, begun) = std::sync::mpsc::channel();
        let (end, ends) = std::sync::mpsc::channel::<()>();
        let writer = std::thread::spawn(move || {
            other.put_meta("fingerprint", "a").unwrap();
            other.put_secret("x", "token", b"sealed", 1).unwrap();
            let slow = |_: &str, _: &str, sealed: &[u8]| {
                let _ = writes.send(());
                let _ = ends.recv();
                Ok::<_, StoreError>(sealed.to_vec())
            };
            other.reseal("fingerprint", "a", "b", slow).unwrap();
        });
        begun.recv().unwrap();
        let ask = Ask {
            class: "light".into(),
            limit: 10,
            window: Duration::from_secs(1),
            daily: Vec::new(),
            patience: Duration::MAX,
        };
        let short = Duration::from_millis(100);
        assert!(tokio::time::timeout(short, pacing.reserve(&ask)).await.is_err());
        // A turn is a lock of a file: it is free while somebody else writes to the database.
        drop(tokio::time::timeout(LONG, pacing.turn("delete")).await.unwrap());
        end.send(()).unwrap();
        writer.join().unwrap();
    }

    #[tokio::test]
    async fn two_connections_of_one_account_share_its_budget_and_its_turns() {
        let store = Store::in_memory().unwrap();
        let of = |account: &str| StorePacing::new(store.clone(), account.to_owned(), Arc::new(clock::now));
        let ask = Ask {
            class: "light".into(),
            limit: 10,
            window: Duration::from_secs(1),
            daily: vec![("d".into(), 3)],
            patience: Duration::MAX,
        };
        let (first, second, other) = (of("a"), of("a"), of("b"));
        for pacing in [&first, &second, &first] {
            pacing.reserve(&ask).await.unwrap();
        }
        assert!(second.reserve(&ask).await.is_err());
        other.reserve(&ask).await.unwrap();

        let turn = tokio::time::timeout(LONG, first.turn("delete")).await.unwrap();
        let waiting = tokio::spawn(async move { second.turn("delete").await });
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert!(!waiting.is_finished());
        drop(turn);
        tokio::time::timeout(LONG, waiting).await.unwrap().unwrap();
    }
}
