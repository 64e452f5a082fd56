//! Whether this machine and the service agree on the time.

use tokio::time::{Duration, Instant};
use url::Url;

use super::Finding;
use crate::App;

/// Signatures of messages are refused beyond five minutes; half a minute is the way of the answer and rounding.
const NOTE_S: i64 = 30;
const BAD_S: i64 = 240;

pub async fn look(app: &App, api_base: &str) -> Option<Finding> {
    let base: Url = api_base.parse().ok()?;
    let request = http::Request::get(base.as_str()).body(Vec::new()).ok()?;
    let answer = app.egress().exchange(request, &base, Instant::now() + Duration::from_secs(10)).await.ok()?;
    let theirs = jiff::fmt::rfc2822::parse(answer.headers().get("date")?.to_str().ok()?).ok()?.timestamp();
    let ahead = app.now().as_second() - theirs.as_second();
    Some(judge(ahead, base.host_str().unwrap_or_default()))
}

fn judge(ahead: i64, host: &str) -> Finding {
    let text = match ahead {
        0.. => format!("{ahead} s ahead of {host}"),
        _ => format!("{} s behind {host}", -ahead),
    };
    match ahead.abs() {
        ..=NOTE_S => Finding::good("clock", format!("agrees with {host}")),
        off => {
            let make = if off > BAD_S { Finding::bad } else { Finding::note };
            make(
                "clock",
                format!("{text}: webhooks may be refused, and tokens may seem to expire too early or too late"),
            )
            .with_fix(
                "set the clock by the network: timedatectl set-ntp true, or the date and time settings of the system",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[test]
    fn a_wrong_clock_is_shown_with_its_offset() {
        for (ahead, health, words) in
            [(5, Health::Good, "agrees"), (-71, Health::Note, "71 s behind"), (3_600, Health::Bad, "3600 s ahead")]
        {
            let found = judge(ahead, "api.example.com");
            let text = found.text.spell(|_| String::new());
            assert!(found.health == health && text.contains(words), "{ahead}: {text}");
        }
    }
}
