//! What an honest call costs beside attacks.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use serde_json::json;
use switchboard_runtime::{CallOptions, Connector};

use super::component::{Attack, HONEST, component};
use super::embedding::{runtime, to_port};

/// One attack of each class: computing, memory, host calls, large output, the stack, traps, requests.
const CLASSES: [&str; 8] = [
    "endless-loop",
    "memory-fill-loop",
    "memory-grow-loop",
    "log-loop",
    "output-bomb",
    "endless-recursion",
    "trap",
    "request-loop",
];
/// Attacks of a class that go on at the same time: as many as there are threads for calls.
const AT_ONCE: usize = 2;
/// Honest calls of a measurement.
const CALLS: usize = 200;
/// Measurements of each class, each beside one without an attack.
const PAIRS: usize = 5;
/// An honest call may take so much more of the processor. Measured on a machine with several times its work to do: 1.04 to 1.29,
/// most of it caches that the attack has filled. The figures are printed; this is far beyond them.
const MOST: f64 = 1.6;

/// What each of some calls took.
#[derive(Default)]
struct Times {
    processor: Vec<Duration>,
    wall: Vec<Duration>,
}

impl Times {
    async fn of(connector: &Connector) -> Times {
        let mut times = Times::default();
        for _ in 0..CALLS {
            let (began, processor) = (Instant::now(), call(connector).await);
            times.wall.push(began.elapsed());
            times.processor.push(processor);
        }
        times.processor.sort();
        times.wall.sort();
        times
    }
}

/// The time below which so many of a hundred are.
fn centile(times: &[Duration], percent: usize) -> f64 {
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6
}

/// Processor time of one call. All of it is done by the thread that polls.
async fn call(connector: &Connector) -> Duration {
    let options = CallOptions::default();
    let mut work = pin!(connector.call("zoom.x.go", json!({}), to_port(9), &options));
    let mut spent = Duration::ZERO;
    std::future::poll_fn(|context| {
        let began = ThreadTime::now();
        let polled = work.as_mut().poll(context);
        spent += began.elapsed();
        polled.map(|output| assert_eq!(output.unwrap(), json!({})))
    })
    .await;
    spent
}

/// The best time beside an attack against the best time alone: what an attack costs it costs each time, and a busy machine only
/// adds to some.
fn ratio(pairs: &[[f64; 2]]) -> f64 {
    let best = |which: usize| pairs.iter().map(|pair| pair[which]).fold(f64::INFINITY, f64::min);
    best(1) / best(0)
}

/// H-64: by processor time, which other programs of the machine hardly change. The figures of the clock on the wall are printed too:
/// two attacks that compute on two processors leave an honest call its share of them, not all.
#[test]
fn an_honest_call_costs_little_more_beside_attacks() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(AT_ONCE).enable_all().build().unwrap();
    let runtime = runtime();
    let load = |bytes: &[u8]| threads.block_on(runtime.load_wasm(bytes)).unwrap();
    let honest = load(&component(HONEST));
    threads.block_on(Times::of(&honest));
    let mut slow = Vec::new();
    for name in CLASSES {
        let attack = Attack::read(name);
        let bad = load(&attack.component());
        let (mut middle, mut end, mut wall) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..PAIRS {
            let alone = threads.block_on(Times::of(&honest));
            let goes_on = Arc::new(AtomicBool::new(true));
            let attacks: Vec<_> = (0..AT_ONCE)
                .map(|_| {
                    let (bad, goes_on) = (bad.clone(), Arc::clone(&goes_on));
                    threads.spawn(async move {
                        let options = CallOptions { deadline: Duration::from_millis(500), ..CallOptions::default() };
                        while goes_on.load(Ordering::Relaxed) {
                            bad.call("zoom.x.go", json!({}), to_port(9), &options).await.unwrap_err();
                        }
                    })
                })
                .collect();
            let beside = threads.block_on(Times::of(&honest));
            goes_on.store(false, Ordering::Relaxed);
            for attack in attacks {
                threads.block_on(attack).unwrap();
            }
            middle.push([centile(&alone.processor, 50), centile(&beside.processor, 50)]);
            end.push([centile(&alone.processor, 99), centile(&beside.processor, 99)]);
            wall.push([centile(&alone.wall, 99), centile(&beside.wall, 99)]);
        }
        let (middle, end, wall) = (ratio(&middle), ratio(&end), ratio(&wall));
        println!("{name:<18} processor time × {middle:.2}, p99 × {end:.2}; wall clock, p99 × {wall:.2}");
        if middle > MOST {
            slow.push(format!("{name}: × {middle:.2}"));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join(", "));
}
