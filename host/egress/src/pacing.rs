//! Requests paced before the service refuses them: so many in a second, so many in a day, counted for a whole account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use tokio::time::Instant;

const DAY_US: i64 = 86_400_000_000;
/// Nobody reserves further ahead. What is further ahead all the same was reserved by a clock that was wrong.
const FARTHEST: Duration = Duration::from_secs(3_600);
/// A request that wakes later than this has missed its moment. A sixth of every limit is kept for bursts; where none is under
/// way, that much covers what comes less late.
const LATE: Duration = Duration::from_millis(100);

/// What one request takes from an account's budget.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The rate class, for example `light`.
    pub class: String,
    /// Requests of the class in `window`.
    pub limit: u32,
    pub window: Duration,
    /// Counters of the UTC day that the request also counts in, each with its limit.
    pub daily: Vec<(String, u64)>,
    /// Longest that whoever asks can wait.
    pub patience: Duration,
}

/// Why a request is not sent now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Held {
    /// A counter of today is used up.
    #[error("today's {limit} requests for `{counter}` are used up")]
    UsedUp {
        counter: String,
        limit: u64,
        /// When it starts again: midnight UTC, milliseconds since 1970.
        until_ms: u64,
    },
    /// The next free moment is further away than the caller can wait.
    #[error("the next `{class}` request can be sent in {wait:.1?}, but this call ends before that")]
    TooLong { class: String, wait: Duration },
}

/// One line of a budget. For a class the next free moment counts, for a daily counter the day and what it used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slot {
    /// Microseconds since 1970.
    pub next_us: i64,
    /// Days since 1970.
    pub day: i64,
    pub used: u64,
}

/// The budget of one account, wherever it is kept.
#[async_trait]
pub trait Pacing: Send + Sync {
    /// Reserve one request; how long to wait before it is sent.
    ///
    /// # Errors
    /// [`Held`]; nothing is reserved then.
    async fn reserve(&self, ask: &Ask) -> Result<Duration, Held>;

    /// Reserve one request and wait for its moment.
    ///
    /// A process that got no processor time wakes up with all its overdue requests at once. None of them goes then: its moment
    /// is lost and it reserves another, so that what comes late does not come on top of what is on time.
    ///
    /// # Errors
    /// [`Held`]; nothing is reserved then, but the request may have counted in its day.
    async fn admit(&self, ask: &Ask) -> Result<(), Held> {
        let start = Instant::now();
        let mut wait = self.reserve(ask).await?;
        while !wait.is_zero() {
            let moment = Instant::now() + wait;
            tokio::time::sleep_until(moment).await;
            if moment.elapsed() <= LATE {
                break;
            }
            let patience = ask.patience.saturating_sub(start.elapsed());
            wait = self.reserve(&Ask { patience, daily: Vec::new(), ..ask.clone() }).await?;
        }
        Ok(())
    }

    /// Wait until nobody else does `what` in this account. It is over when the turn is dropped.
    async fn turn(&self, what: &str) -> Turn;
}

/// Held while one thing is done that the service refuses to do twice at a time.
pub type Turn = Box<dyn std::any::Any + Send + Sync>;

/// Take one request from the lines of `ask`: its class first, then its daily counters. Pure.
///
/// # Errors
/// [`Held`]; the lines are as they were then.
pub fn take(ask: &Ask, now_us: i64, lines: &mut [Slot]) -> Result<Duration, Held> {
    let today = now_us.div_euclid(DAY_US);
    let Some((class, days)) = lines.split_first_mut() else {
        return Ok(Duration::ZERO);
    };
    for (line, (counter, limit)) in days.iter().zip(&ask.daily) {
        if line.day == today && line.used >= *limit {
            let until_ms = u64::try_from((today + 1) * DAY_US / 1000).unwrap_or(u64::MAX);
            return Err(Held::UsedUp { counter: counter.clone(), limit: *limit, until_ms });
        }
    }
    // Services count in fixed windows. A burst and the steady rate behind it must fit into any window together.
    let limit = i64::from(ask.limit.max(1));
    let burst = limit / 6;
    let steady = limit - burst;
    let gap = (i64::try_from(ask.window.as_micros()).unwrap_or(i64::MAX - steady) + steady - 1) / steady;
    let farthest = i64::try_from(FARTHEST.as_micros()).unwrap_or(i64::MAX).saturating_add(gap);
    let next = if class.next_us.saturating_sub(now_us) > farthest { now_us } else { class.next_us };
    let at = next.max(now_us.saturating_sub(gap.saturating_mul(burst)));
    let wait = Duration::from_micros(u64::try_from(at - now_us).unwrap_or(0));
    if wait > ask.patience.min(FARTHEST) {
        return Err(Held::TooLong { class: ask.class.clone(), wait });
    }
    class.next_us = at.saturating_add(gap);
    for line in days {
        let used = if line.day == today { line.used } else { 0 };
        *line = Slot { day: today, used: used + 1, ..Slot::default() };
    }
    Ok(wait)
}

/// Microseconds since 1970.
pub fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A budget that ends with the process. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryPacing {
    lines: Arc<Mutex<HashMap<String, Slot>>>,
    turns: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

#[async_trait]
impl Pacing for MemoryPacing {
    async fn reserve(&self, ask: &Ask) -> Result<Duration, Held> {
        let mut all = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<&String> = std::iter::once(&ask.class).chain(ask.daily.iter().map(|(name, _)| name)).collect();
        let mut lines: Vec<Slot> = names.iter().map(|name| all.get(*name).copied().unwrap_or_default()).collect();
        let wait = take(ask, now_us(), &mut lines)?;
        for (name, line) in names.into_iter().zip(lines) {
            all.insert(name.clone(), line);
        }
        Ok(wait)
    }

    async fn turn(&self, what: &str) -> Turn {
        let one = {
            let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(what.to_owned()).or_default())
        };
        Box::new(one.lock_owned().await)
    }
}

impl std::fmt::Debug for MemoryPacing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryPacing")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(limit: u32, daily: &[(&str, u64)]) -> Ask {
        let daily = daily.iter().map(|(name, limit)| ((*name).to_owned(), *limit)).collect();
        let (window, patience) = (Duration::from_secs(1), Duration::MAX);
        Ask { class: "light".into(), limit, window, daily, patience }
    }

    /// The moments, in microseconds, at which `count` requests that are all there at once may go.
    fn moments(limit: u32, count: usize) -> Vec<u64> {
        let mut lines = [Slot::default()];
        let now = 5 * DAY_US;
        (0..count)
            .map(|_| take(&ask(limit, &[]), now, &mut lines).unwrap())
            .map(|wait| u64::try_from(wait.as_micros()).unwrap())
            .collect()
    }

    #[test]
    fn a_clock_that_was_ahead_once_holds_nobody_back() {
        let now = 5 * DAY_US;
        let mut lines = [Slot { next_us: now + DAY_US, ..Slot::default() }];
        assert_eq!(take(&ask(30, &[]), now, &mut lines), Ok(Duration::ZERO));
        // what may have been reserved is kept
        let mut lines = [Slot { next_us: now + 60_000_000, ..Slot::default() }];
        assert_eq!(take(&ask(30, &[]), now, &mut lines), Ok(Duration::from_secs(60)));
    }

    #[test]
    fn no_window_of_a_second_holds_more_than_the_limit_wherever_it_begins() {
        for limit in [1, 2, 4, 10, 20, 30, 60, 80] {
            let all = moments(limit, 300);
            for (at, first) in all.iter().enumerate() {
                let inside = all.iter().skip(at).take_while(|moment| **moment < first + 1_000_000).count();
                assert!(inside <= limit as usize, "{limit}: {inside}");
            }
            let rate = 299_000_000 / all.last().unwrap().max(&1);
            assert!(rate >= u64::from(limit) * 8 / 10, "{limit}: only {rate} a second");
        }
    }

    /// A budget counted on the clock of the test.
    struct Virtual {
        start: Instant,
        line: Mutex<Slot>,
    }

    #[async_trait]
    impl Pacing for Virtual {
        async fn reserve(&self, ask: &Ask) -> Result<Duration, Held> {
            let now = 5 * DAY_US + i64::try_from(self.start.elapsed().as_micros()).unwrap();
            take(ask, now, std::slice::from_mut(&mut *self.line.lock().unwrap()))
        }

        async fn turn(&self, _what: &str) -> Turn {
            Box::new(())
        }
    }

    /// When, since the start, each of `count` requests goes that are all there at once, in a process that gets no processor
    /// time for `stall`, then some for as long, and so on.
    async fn gone(limit: u32, count: usize, stall: Duration) -> Vec<Duration> {
        let pacing = Arc::new(Virtual { start: Instant::now(), line: Mutex::default() });
        let mut requests = tokio::task::JoinSet::new();
        for _ in 0..count {
            let pacing = Arc::clone(&pacing);
            requests.spawn(async move {
                pacing.admit(&ask(limit, &[])).await.unwrap();
                pacing.start.elapsed()
            });
        }
        let stalls = tokio::spawn(async move {
            while !stall.is_zero() {
                tokio::time::sleep(stall).await;
                tokio::time::advance(stall).await;
            }
        });
        let mut gone = requests.join_all().await;
        stalls.abort();
        gone.sort_unstable();
        gone
    }

    #[tokio::test(start_paused = true)]
    async fn what_wakes_up_late_does_not_go_on_top_of_what_is_on_time() {
        for limit in [1, 2, 4, 10, 20, 30, 60, 80] {
            let on_time = gone(limit, 100, Duration::ZERO).await;
            for stall in [90, 300, 1_000, 3_700].map(Duration::from_millis) {
                let all = gone(limit, 100, stall).await;
                // What is a tenth of a second late still goes.
                let most = limit + limit.div_ceil(10);
                for (at, first) in all.iter().enumerate() {
                    let inside =
                        all.iter().skip(at).take_while(|moment| **moment < *first + Duration::from_secs(1)).count();
                    assert!(inside <= most as usize, "{limit} a second, stalls of {stall:?}: {inside}");
                }
                let (took, least) = (*all.last().unwrap(), *on_time.last().unwrap());
                assert!(took < 3 * least + 3 * stall, "{limit} a second, stalls of {stall:?}: {took:?}, not {least:?}");
            }
        }
    }

    #[test]
    fn a_used_up_day_says_when_the_next_begins_and_reserves_nothing() {
        let mut lines = [Slot::default(); 3];
        let (now, ask) = (10 * DAY_US + 5, ask(100, &[("light/day", 10), ("ada", 2)]));
        take(&ask, now, &mut lines).unwrap();
        take(&ask, now, &mut lines).unwrap();
        let before = lines;
        let error = take(&ask, now, &mut lines).unwrap_err();
        assert_eq!(error, Held::UsedUp { counter: "ada".into(), limit: 2, until_ms: 11 * 86_400_000 });
        assert_eq!(lines, before);
        take(&ask, 11 * DAY_US, &mut lines).unwrap();
        assert_eq!(lines[2].used, 1, "a new day begins at nought");
    }

    #[test]
    fn a_wait_that_nobody_waits_takes_nothing() {
        let mut lines = [Slot::default(); 2];
        let patient = ask(1, &[("light/day", 10)]);
        let hasty = Ask { patience: Duration::from_millis(100), ..patient.clone() };
        take(&patient, 5 * DAY_US, &mut lines).unwrap();
        let before = lines;
        let error = take(&hasty, 5 * DAY_US, &mut lines).unwrap_err();
        assert_eq!(error, Held::TooLong { class: "light".into(), wait: Duration::from_secs(1) });
        assert_eq!(lines, before);
        assert_eq!(take(&hasty, 5 * DAY_US + 950_000, &mut lines).unwrap(), Duration::from_millis(50));
    }

    #[tokio::test]
    async fn one_at_a_time_for_the_same_thing_only() {
        let pacing = MemoryPacing::default();
        let first = pacing.turn("a").await;
        let _other = pacing.turn("b").await;
        let waiting = pacing.clone();
        let second = tokio::spawn(async move { waiting.turn("a").await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap();
    }
}
