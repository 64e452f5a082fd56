//! Polls of a meeting.

use serde_json::{Map, Value, json};

use super::super::{Caller, segment};
use super::{body, named};
use crate::http::answer::Answer;
use crate::http::call::{Call, decode};
use crate::state::world::{World, random};

const KINDS: [&str; 8] = [
    "single",
    "multiple",
    "matching",
    "rank_order",
    "short_answer",
    "long_answer",
    "fill_in_the_blank",
    "rating_scale",
];

/// The meeting whose polls a path names. An unknown one has code 404 here.
fn meeting(world: &mut World, caller: &Caller, stars: &[&str]) -> Result<i64, Answer> {
    let id = named(world, caller, segment(stars, 0)).map_err(|answer| match answer.status {
        404 => Answer::error(404, 404, "Meeting not found."),
        _ => answer,
    })?;
    if world.settings.polls == "none" {
        let text = "Meeting polls disabled. To enable this feature, enable the \"Meeting Polls/Quizzes\" setting in the \
                    Zoom web portal's \"Settings\" interface.";
        return Err(Answer::error(400, 4400, text));
    }
    Ok(id)
}

fn place(world: &mut World, caller: &Caller, stars: &[&str]) -> Result<(i64, usize), Answer> {
    let id = meeting(world, caller, stars)?;
    let name = decode(segment(stars, 1));
    let polls = world.meeting_extras.polls.entry(id).or_default();
    let found = polls.iter().position(|poll| poll.get("id").and_then(Value::as_str) == Some(name.as_str()));
    Ok((id, found.ok_or_else(|| Answer::error(404, 404, "Meeting Poll not found."))?))
}

pub fn list(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = meeting(world, caller, stars)?;
    let anonymous = call.query("anonymous").map(|text| json!(text == "true"));
    let polls = world.meeting_extras.polls.entry(id).or_default();
    let rows: Vec<&Map<String, Value>> =
        polls.iter().filter(|poll| anonymous.is_none() || poll.get("anonymous") == anonymous.as_ref()).collect();
    Ok(Answer::json(200, &json!({"total_records": rows.len(), "polls": rows})))
}

pub fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let (id, at) = place(world, caller, stars)?;
    let poll = world.meeting_extras.polls.get(&id).and_then(|polls| polls.get(at));
    Ok(Answer::json(200, &json!(poll)))
}

pub fn create(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let id = meeting(world, caller, stars)?;
    let mut poll = checked(world, body(call)?)?;
    poll.insert("id".into(), json!(random(16)));
    poll.insert("status".into(), json!("notstart"));
    let answer = Answer::json(201, &json!(poll));
    world.meeting_extras.polls.entry(id).or_default().push(poll);
    Ok(answer)
}

/// What is not sent is gone.
pub fn update(world: &mut World, call: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let (id, at) = place(world, caller, stars)?;
    let mut poll = checked(world, body(call)?)?;
    if let Some(old) = world.meeting_extras.polls.get_mut(&id).and_then(|polls| polls.get_mut(at)) {
        for name in ["id", "status"] {
            poll.insert(name.to_owned(), old.get(name).cloned().unwrap_or_default());
        }
        *old = poll;
    }
    Ok(Answer::empty(204))
}

pub fn delete(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let (id, at) = place(world, caller, stars)?;
    if let Some(polls) = world.meeting_extras.polls.get_mut(&id) {
        polls.remove(at);
    }
    Ok(Answer::empty(204))
}

/// Refuse what is wrong, and fill in what Zoom fills in: people must answer plain polls unless it is said otherwise.
fn checked(world: &World, mut sent: Map<String, Value>) -> Result<Map<String, Value>, Answer> {
    sent.retain(|name, _| matches!(name.as_str(), "title" | "anonymous" | "poll_type" | "questions"));
    let kind = sent.get("poll_type").map_or(Some(1), Value::as_i64);
    let title =
        sent.get("title").and_then(Value::as_str).is_some_and(|title| (1..=64).contains(&title.chars().count()));
    if !title || !matches!(kind, Some(1..=3)) {
        return Err(Answer::invalid("title", "Invalid parameter: title or poll_type."));
    }
    if kind != Some(1) && world.settings.polls == "basic" {
        let text = "Advanced meeting polls disabled. To enable this feature, enable the \"Allow host to create advanced \
                    polls and quizzes\" setting in the Zoom web portal's \"Settings\" interface.";
        return Err(Answer::error(400, 4400, text));
    }
    let wrong = || Answer::invalid("questions", "Invalid parameter: questions.");
    let questions = sent.get_mut("questions").and_then(Value::as_array_mut).filter(|all| !all.is_empty());
    for question in questions.ok_or_else(wrong)? {
        let question = question.as_object_mut().ok_or_else(wrong)?;
        let asks = question.get("type").and_then(Value::as_str).unwrap_or("single").to_owned();
        let allowed = KINDS.iter().take(if kind == Some(1) { 2 } else { KINDS.len() });
        let name =
            question.get("name").and_then(Value::as_str).is_some_and(|name| (1..=1024).contains(&name.chars().count()));
        let answers = question.get("answers").and_then(Value::as_array).map_or(0, Vec::len);
        if !name
            || !allowed.clone().any(|known| *known == asks)
            || matches!(asks.as_str(), "single" | "multiple") && answers < 2
        {
            return Err(wrong());
        }
        question.insert("type".into(), json!(asks));
        question.entry("answer_required").or_insert(json!(kind == Some(1)));
    }
    sent.entry("anonymous").or_insert(json!(false));
    sent.insert("poll_type".into(), json!(kind));
    Ok(sent)
}
