//! Signed messages that came in already.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

/// Most messages that [`MemoryReplays`] remembers: ten minutes of some hundred a second. Each takes about a hundred bytes.
const MOST: usize = 100_000;

/// Remembers which signed messages came in, so that nobody who saw one can send it once more.
///
/// Telling the same event once more is the service's right and another matter: then it signs anew, and whoever keeps events
/// compares what they say.
#[async_trait]
pub trait Replays: Send + Sync {
    /// Whether this is the first time; from now until `until_ms` it is not. `proof` is the signature, as bytes.
    /// Times are milliseconds since 1970. Of many who ask at once, from any process, one is told `true`.
    ///
    /// # Errors
    /// Why it cannot be known now; the message is refused then.
    async fn first(&self, proof: &[u8; 32], now_ms: i64, until_ms: i64) -> Result<bool, String>;
}

/// For one process; forgets when it ends.
#[derive(Debug, Default)]
pub struct MemoryReplays {
    until: Mutex<HashMap<[u8; 32], i64>>,
}

#[async_trait]
impl Replays for MemoryReplays {
    async fn first(&self, proof: &[u8; 32], now_ms: i64, until_ms: i64) -> Result<bool, String> {
        let mut seen = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(proof).is_some_and(|until| *until >= now_ms) {
            return Ok(false);
        }
        if seen.len() >= MOST {
            seen.retain(|_, until| *until >= now_ms);
            if seen.len() >= MOST {
                return Err(format!("more than {MOST} messages came in within ten minutes"));
            }
        }
        seen.insert(*proof, until_ms);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_came_in_is_known_until_its_time_is_over_and_the_memory_stays_bounded() {
        let replays = MemoryReplays::default();
        assert_eq!(replays.first(&[1; 32], 0, 100).await, Ok(true));
        assert_eq!(replays.first(&[1; 32], 100, 200).await, Ok(false));
        assert_eq!(replays.first(&[2; 32], 100, 200).await, Ok(true));
        assert_eq!(replays.first(&[1; 32], 101, 200).await, Ok(true));
        for number in 0..MOST {
            let mut proof = [0; 32];
            proof[..8].copy_from_slice(&number.to_be_bytes());
            let _ = replays.first(&proof, 150, 300).await;
        }
        assert!(replays.first(&[3; 32], 160, 300).await.is_err(), "what is not known is not believed");
        assert_eq!(replays.first(&[3; 32], 301, 400).await, Ok(true));
        assert_eq!(replays.until.lock().unwrap().len(), 1);
    }
}
