//! Pages: tokens live 15 minutes and belong to the other parameters; the end is an empty string.

use std::ops::Range;

use serde_json::{Value, json};

use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::state::world::{PageToken, World, hash, random};

const TOKEN_MS: i64 = 15 * 60_000;

/// The page asked for, with the listing's usual fields; the rows go under `name`.
pub fn page(world: &mut World, call: &Call, owner: &str, name: &str, rows: &[Value]) -> Result<Value, Answer> {
    let (shown, mut body) = window(world, call, owner, rows.len())?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert(name.to_owned(), rows.get(shown).unwrap_or_default().into());
    }
    Ok(body)
}

/// Which of `total` rows the page asked for holds, and the listing's usual fields, for lists too long to write out whole.
pub fn window(world: &mut World, call: &Call, owner: &str, total: usize) -> Result<(Range<usize>, Value), Answer> {
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
    // Rows may have gone since the token was made.
    let start = offset.min(total);
    let end = (start + size).min(total);
    let next = if end < total {
        let token = random(26);
        world.pages.retain(|_, page| page.until_ms > now);
        world.pages.insert(hash(&token), PageToken { bound_to, offset: end, until_ms: now + TOKEN_MS });
        token
    } else {
        String::new()
    };
    let body =
        json!({"next_page_token": next, "page_count": total.div_ceil(size), "page_size": size, "total_records": total});
    Ok((start..end, body))
}

fn bound(call: &Call, owner: &str) -> String {
    let mut rest: Vec<_> = call.query.iter().filter(|(name, _)| name != "next_page_token").collect();
    rest.sort();
    format!("{} {owner} {rest:?}", call.path)
}
