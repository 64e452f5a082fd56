//! People, in words.

use switchboard_runtime::Identity;

/// A person's e-mail, role and plan, as far as known.
pub fn who(identity: &Identity) -> String {
    let name = identity.email.as_deref().or(identity.display_name.as_deref()).unwrap_or(&identity.user_id);
    let more: Vec<&str> = [identity.role.as_deref(), identity.plan.as_deref()].into_iter().flatten().collect();
    if more.is_empty() { name.to_owned() } else { format!("{name} ({})", more.join(", ")) }
}
