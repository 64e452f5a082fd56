//! Pages: tokens live 15 minutes and belong to the other parameters; the end is an empty string.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::world::{PageToken, World, hash, random};

const TOKEN_MS: i64 = 15 * 60_000;

/// The page asked for, with the listing's usual fields; the rows go under `name`.
pub fn page(world: &mut World, call: &Call, owner: &str, name: &str, rows: &[Value]) -> Result<Value, Answer> {
    let size = match call.query("page_size").unwrap_or("30").parse::<usize>() {
        // Zoom's answer above the maximum is unknown; the page is never longer.
        Ok(size) if size > 0 => size.min(300),
        _ => {
            return Err(Answer::invalid("page_size", "Invalid parameter: page_size."));
        }
    };
    let bound_to = bound(call, owner);
    let now = world.now_ms();
    let offset = match call.query("next_page_token").filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => {
            let known = world.pages.get(&hash(token)).filter(|page| page.bound_to == bound_to && page.until_ms > now);
            known
                .map(|page| page.offset)
                .ok_or_else(|| Answer::error(400, 300, "The next page token is invalid or expired."))?
        }
    };
    let shown: Vec<&Value> = rows.iter().skip(offset).take(size).collect();
    let next = if offset + shown.len() < rows.len() {
        let token = random(26);
        let page = PageToken { bound_to, offset: offset + shown.len(), until_ms: now + TOKEN_MS };
        world.pages.insert(hash(&token), page);
        token
    } else {
        String::new()
    };
    Ok(
        json!({"next_page_token": next, "page_count": rows.len().div_ceil(size), "page_size": size, "total_records": rows.len(), name: shown}),
    )
}

fn bound(call: &Call, owner: &str) -> String {
    let mut rest: Vec<_> = call.query.iter().filter(|(name, _)| name != "next_page_token").collect();
    rest.sort();
    format!("{} {owner} {rest:?}", call.path)
}
