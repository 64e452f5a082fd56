//! Users: me, one, all.

use serde_json::{Value, json};

use super::operations::{Operation, admin, row};
use super::{Caller, paging, segment, target};
use crate::answer::Answer;
use crate::call::Call;
use crate::seed::ACCOUNT;
use crate::time::utc;
use crate::world::{User, World};

const READ: &[&str] = &["user:read", "user:write"];

pub const OPERATIONS: &[Operation] = &[
    admin("GET", "users", READ, "user:read:list_users", "Medium", list),
    row("GET", "users/email", READ, "user:read:email", "Light", exists),
    row("GET", "users/*", &["user:read", "user:write", "user_info:read"], "user:read:user", "Light", get),
];

fn get(world: &mut World, _: &Call, caller: &Caller, stars: &[&str]) -> Result<Answer, Answer> {
    let user = target(world, caller, segment(stars, 0))?;
    let mut body = show(user, user.created_ms);
    if let Some(fields) = body.as_object_mut() {
        let role = world.directory.role(&user.role).map_or("Member", |role| role.name.as_str());
        fields.extend([
            ("role_name".to_owned(), json!(role)),
            ("use_pmi".to_owned(), json!(false)),
            ("account_id".to_owned(), json!(ACCOUNT)),
            ("account_number".to_owned(), json!(10_009_239)),
            ("language".to_owned(), json!("en-US")),
            ("login_types".to_owned(), json!([100])),
            ("job_title".to_owned(), json!("")),
            ("company".to_owned(), json!("Emulator")),
            ("cluster".to_owned(), json!("us04")),
            // Above 2^53 on purpose: a float rounds it.
            ("zoom_one_type".to_owned(), json!(576_460_752_303_423_489_u64)),
        ]);
    }
    Ok(Answer::json(200, &body))
}

fn list(world: &mut World, call: &Call, _: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    let status = call.query("status").unwrap_or("active");
    let now = world.now_ms();
    let rows: Vec<Value> =
        world.users.iter().filter(|user| user.status == status).map(|user| show(user, now)).collect();
    paging::page(world, call, "account", "users", &rows).map(|body| Answer::json(200, &body))
}

fn exists(world: &mut World, call: &Call, _: &Caller, _: &[&str]) -> Result<Answer, Answer> {
    let email = call.query("email").ok_or_else(|| Answer::invalid("email", "Invalid parameter: email."))?;
    Ok(Answer::json(200, &json!({"existed_email": world.user(email).is_some()})))
}

/// Pending users have no id, no login, and were created just now.
fn show(user: &User, now_ms: i64) -> Value {
    let pending = user.status == "pending";
    let mut body = json!({
        "email": user.email, "first_name": user.first_name, "last_name": user.last_name,
        "display_name": format!("{} {}", user.first_name, user.last_name), "type": user.kind, "status": user.status,
        "verified": u8::from(!pending), "role_id": user.role, "pmi": user.pmi, "timezone": user.timezone, "dept": "",
        "created_at": utc(if pending { now_ms } else { user.created_ms }), "user_created_at": utc(user.created_ms),
    });
    if let Some(fields) = body.as_object_mut().filter(|_| !pending) {
        fields.insert("id".into(), json!(user.id));
        fields.insert("last_login_time".into(), json!(utc(user.created_ms + 500 * 86_400_000)));
    }
    body
}
