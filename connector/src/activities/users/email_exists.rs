//! Whether an address belongs to a user of this account.

use serde::Deserialize;

use crate::bindings::users::{EmailKnown, EmailQuery};
use crate::mark::Mark;
use crate::problem::{broken, invalid};
use crate::service::Outcome;
use crate::zoom::Zoom;

#[derive(Deserialize)]
struct Wire {
    existed_email: Option<bool>,
}

/// Whether an address belongs to a user of this account.
pub fn email_exists(zoom: &Zoom<'_>, request: EmailQuery) -> Outcome<EmailKnown> {
    if !request.email.contains('@') {
        return Err(invalid("/email", "this is not an e-mail address", "write it as `name@example.com`"));
    }
    let wire: Wire = zoom
        .get("/users/email".to_owned())
        .query("email", Some(&request.email))
        .json(Mark::Field(&["existed_email"]))?;
    let exists = wire.existed_email.ok_or_else(|| broken("Zoom does not say whether the address exists"))?;
    Ok(EmailKnown { email: request.email, exists })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const GET: &str = "GET /users/email?email=a@x.org";

    #[test]
    fn seed_ensemble_36_an_address_is_known_or_not() {
        for exists in [true, false] {
            let wire = format!(r#"{{"existed_email":{exists}}}"#);
            let expected = format!(r#"{{"email":"a@x.org","exists":{exists}}}"#);
            check("users.email-exists", r#"{"email":"a@x.org"}"#, script(GET, 200, &wire), &expected);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_silence_is_no_answer() {
        fails("users.email-exists", r#"{"email":"ada"}"#, script("", 0, ""), "input.invalid", Some("/email"));
        fails("users.email-exists", r#"{"email":"a@x.org"}"#, script(GET, 200, "{}"), "unexpected-answer", None);
        fails("users.email-exists", r#"{"email":"a@x.org"}"#, script(GET, 503, "<html>"), "unavailable", None);
    }
}
