//! A university: 5,000 users in three states, and 100,000 recordings over the three years before the start.

use jiff::civil::date;
use serde_json::json;

use super::people;
use crate::state::people::User;
use crate::time;

/// Users beside those of the small seed: active, inactive, pending.
pub const USERS: [(usize, &str); 3] = [(4_600, "active"), (243, "inactive"), (150, "pending")];
pub const RECORDINGS: usize = 100_000;

const FIRST: [&str; 12] =
    ["Amara", "Björn", "Chloé", "Dmitri", "Eszter", "Farid", "Güneş", "Hana", "Ilse", "João", "Kenji", "Łucja"];
const LAST: [&str; 11] =
    ["Abebe", "Brontë", "Çelik", "Dubois", "Ek", "Fischer", "García", "Horváth", "Ito", "Jørgensen", "Król"];
const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney"];

/// The users of the small seed and everyone else, in the order of their creation.
pub fn users() -> Vec<User> {
    let states = USERS.into_iter().flat_map(|(count, status)| std::iter::repeat_n(status, count));
    people::small().into_iter().chain((1..).zip(states).map(|(n, status)| user(n, status))).collect()
}

fn user(n: usize, status: &str) -> User {
    let pick = |list: &[&'static str]| list.get(n % list.len()).copied().unwrap_or_default();
    let number = i64::try_from(n).unwrap_or_default();
    let created_ms = time::at(date(2023, 9, 1), 8, 0) + number * 600_000;
    let pending = status == "pending";
    User {
        kind: if n.is_multiple_of(3) { 2 } else { 1 },
        status: status.into(),
        pmi: 3_600_000_000 + number,
        timezone: pick(&ZONES).into(),
        created_ms,
        verified: !pending,
        last_login_ms: (!pending).then_some(created_ms + 400 * 86_400_000),
        profile: json!({"dept": format!("Department {}", n % 40)}).as_object().cloned().unwrap_or_default(),
        ..User::new(format!("Campus{n:016}"), format!("user{n}@campus.test"), pick(&FIRST), pick(&LAST))
    }
}
