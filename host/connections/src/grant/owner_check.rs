//! Letting a new grant in: whose it is, whether it is the one that was meant, and what it would break.

use std::cmp::Reverse;

use serde_json::Value;
use switchboard_store::ConnectionRow;

use crate::connections::Connections;
use crate::grant::commit::Entry;
use crate::{ConnectionsError, Grant, Method, Service};

/// Whose a grant is, as the service told.
#[derive(Clone, Debug, PartialEq)]
pub struct Owner {
    /// The user's id at the service.
    pub user_id: String,
    /// The e-mail address, where it is known.
    pub email: Option<String>,
    /// Everything that was found out, as it is kept.
    pub identity: Value,
}

impl Owner {
    /// Reads `user_id` and `email` of an identity.
    pub fn of(identity: Value) -> Owner {
        let text = |name: &str| identity.get(name).and_then(Value::as_str).map(str::to_owned);
        Owner { user_id: text("user_id").unwrap_or_default(), email: text("email"), identity }
    }
}

/// What is wanted of a new connection.
#[derive(Clone, Debug, Default)]
pub struct Care {
    /// The only e-mail address that is let in.
    pub expect_email: Option<String>,
    /// Goes on when a connection of the same user and app would end by it.
    pub replace: bool,
}

/// A connection that was let in.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// It.
    pub row: ConnectionRow,
    /// Those that ended by it, with what depended on each.
    pub replaced: Vec<Ended>,
}

/// A connection that ended because another took its place.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its name.
    pub label: String,
    /// What used it.
    pub usage: Vec<Usage>,
}

/// What used a connection.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// Name of the automation.
    pub automation: String,
    /// The last run of it.
    pub run: String,
    /// How many runs.
    pub runs: u64,
    /// When the last one began, in milliseconds since 1970.
    pub at: i64,
}

impl Connections {
    /// Stops before a browser is opened when the owner that is expected is connected already.
    pub fn check_expected(&self, service: &Service, client_id: &str, care: &Care) -> Result<(), ConnectionsError> {
        let Some(expected) = care.expect_email.as_deref().filter(|_| !care.replace) else {
            return Ok(());
        };
        let known = self
            .of_app(service, client_id)?
            .into_iter()
            .find(|row| email_of(row).is_some_and(|email| email.eq_ignore_ascii_case(expected)));
        match known {
            Some(row) => Err(self.taken(&row, expected)?),
            None => Ok(()),
        }
    }

    /// Stops before a browser is opened when signing in to a connection again would end another one of its user.
    pub fn check_again(&self, label: &str) -> Result<(), ConnectionsError> {
        let row = self.show(label)?;
        let (Some(client_id), true) = (&row.client_id, by_person(&row.method)) else {
            return Ok(());
        };
        let mut rivals = self.of_app(&self.service(&row.id)?, client_id)?;
        rivals.retain(|other| other.id != row.id && user_of(other).is_some() && user_of(other) == user_of(&row));
        match rivals.first() {
            Some(rival) => Err(self.taken(rival, email_of(&row).or(user_of(&row)).unwrap_or_default())?),
            None => Ok(()),
        }
    }

    /// Living connections that were made by a person through this app: a further sign-in of the same person ends them.
    pub fn of_app(&self, service: &Service, client_id: &str) -> Result<Vec<ConnectionRow>, ConnectionsError> {
        let mut rows = self.list()?;
        rows.retain(|row| {
            by_person(&row.method)
                && row.client_id.as_deref() == Some(client_id)
                && row.oauth_base == service.oauth_base.as_str()
                && row.state == "active"
        });
        Ok(rows)
    }

    /// Lets a new grant in under a name: refused when it is of somebody else than expected, or, without `replace`, of a user
    /// who is connected already. A refused grant goes to its user's own connection, where there is one; else the service
    /// is asked to take it back.
    pub async fn admit(
        &self,
        label: &str,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
        care: &Care,
    ) -> Result<Admitted, ConnectionsError> {
        let admitted = match expected(care.expect_email.as_deref(), &owner) {
            Ok(()) => {
                let (label, service, grant) = (label.to_owned(), service.clone(), grant.clone());
                let (identity, replace) = (owner.identity.clone(), care.replace);
                self.run(move |connections| {
                    connections.check_label(&label)?;
                    let entry = Entry::new(&label, method, &service, &grant, Some(identity));
                    connections.keep(entry, !replace)
                })
                .await
            }
            Err(error) => Err(error),
        };
        self.admitted(admitted, method, service, grant, owner).await
    }

    /// Puts a new grant in the place of a connection's former one, when it is of the same user and, without `replace`, no
    /// other connection ends by it. Else it is refused as a new one is.
    pub async fn readmit(
        &self,
        label: &str,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
        replace: bool,
    ) -> Result<Admitted, ConnectionsError> {
        let again = {
            let (label, service, grant, owner) = (label.to_owned(), service.clone(), grant.clone(), owner.clone());
            move |connections: &Connections| {
                let row = connections.show(&label)?;
                if let Some(former) = user_of(&row)
                    && former != owner.user_id
                {
                    return Err(somebody_else(&row, former, &owner));
                }
                connections.keep(Entry::again(&row, method, &service, &grant, Some(owner.identity)), !replace)
            }
        };
        let admitted = self.run(again).await;
        self.admitted(admitted, method, service, grant, owner).await
    }

    async fn admitted(
        &self,
        admitted: Result<(ConnectionRow, Vec<ConnectionRow>), ConnectionsError>,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
    ) -> Result<Admitted, ConnectionsError> {
        let (row, others) = match admitted {
            Ok(admitted) => admitted,
            Err(error) => return Err(self.refuse(error, method, service, grant, owner).await),
        };
        // It is done: what used the others is only told.
        let ended =
            |other: ConnectionRow| Ended { usage: self.usage(&other.id).unwrap_or_default(), label: other.label };
        Ok(Admitted { row, replaced: others.into_iter().map(ended).collect() })
    }

    /// Brings who a connection acts as up to date with what the service says now. The user is known by the id: an address,
    /// a name or a role may change, another user is refused. What the service leaves out stays as it was.
    pub fn recognise(&self, label_or_id: &str, owner: &Owner) -> Result<ConnectionRow, ConnectionsError> {
        let mut row = self.show(label_or_id)?;
        if let Some(former) = user_of(&row)
            && former != owner.user_id
        {
            return Err(somebody_else(&row, former, owner));
        }
        let mut identity = row.identity.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        if let (Some(kept), Some(told)) = (identity.as_object_mut(), owner.identity.as_object()) {
            kept.extend(
                told.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        if row.identity.as_ref() != Some(&identity) {
            self.core.store.set_connection_identity(&row.id, &identity)?;
            row.identity = Some(identity);
        }
        Ok(row)
    }

    /// Gives a connection another name. Its grant, its id and what depends on it stay.
    pub fn rename(&self, label_or_id: &str, to: &str) -> Result<ConnectionRow, ConnectionsError> {
        let mut row = self.show(label_or_id)?;
        if row.label != to {
            self.check_label(to)?;
            self.core.store.rename_connection(&row.id, to)?;
            row.label = to.to_owned();
        }
        Ok(row)
    }

    /// Notes that a run of an automation uses a connection.
    pub fn note_usage(&self, id: &str, automation: &str, run: &str, at: i64) -> Result<(), ConnectionsError> {
        let name = format!("{}{automation}", usage_prefix(id));
        // Runs that begin at the same time are counted each.
        let counted = |former: Option<String>| {
            let former = former.and_then(|text| serde_json::from_str::<Usage>(&text).ok());
            let runs = former.map_or(0, |former| former.runs) + 1;
            let usage = Usage { automation: automation.to_owned(), run: run.to_owned(), runs, at };
            serde_json::to_string(&usage).unwrap_or_default()
        };
        Ok(self.core.store.change_meta(&name, counted)?)
    }

    /// What used a connection, latest first.
    pub fn usage(&self, id: &str) -> Result<Vec<Usage>, ConnectionsError> {
        let kept = self.core.store.meta_under(&usage_prefix(id))?;
        let mut usage: Vec<Usage> = kept.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
        usage.sort_by_key(|usage| Reverse(usage.at));
        Ok(usage)
    }

    pub(crate) fn taken(&self, row: &ConnectionRow, user: &str) -> Result<ConnectionsError, ConnectionsError> {
        let usage = self.usage(&row.id)?;
        Ok(ConnectionsError::SameAccount { label: row.label.clone(), user: user.to_owned(), usage: named(&usage) })
    }
}

/// Refuses a grant of somebody else than was expected.
pub(crate) fn expected(expected: Option<&str>, owner: &Owner) -> Result<(), ConnectionsError> {
    match expected {
        Some(wanted) if !owner.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(wanted.trim())) => {
            Err(ConnectionsError::WrongAccount {
                expected: wanted.to_owned(),
                found: owner.email.clone().unwrap_or_else(|| owner.user_id.clone()),
            })
        }
        _ => Ok(()),
    }
}

/// Who signed in is not whom the connection is of. An address can go to another user: then the ids tell them apart.
fn somebody_else(row: &ConnectionRow, former: &str, owner: &Owner) -> ConnectionsError {
    let (expected, found) = (email_of(row).unwrap_or(former), owner.email.as_deref().unwrap_or(&owner.user_id));
    if expected.eq_ignore_ascii_case(found) {
        let of = |id: &str| format!("the user {id} of the address {found}");
        return ConnectionsError::WrongAccount { expected: of(former), found: of(&owner.user_id) };
    }
    ConnectionsError::WrongAccount { expected: expected.to_owned(), found: found.to_owned() }
}

/// Names of automations, for people.
pub(crate) fn named(usage: &[Usage]) -> String {
    let names: Vec<&str> = usage.iter().map(|usage| usage.automation.as_str()).collect();
    if names.is_empty() { "no automation has used it yet".to_owned() } else { format!("used by {}", names.join(", ")) }
}

pub(crate) fn user_of(row: &ConnectionRow) -> Option<&str> {
    user_id(row.identity.as_ref()?)
}

pub(crate) fn user_id(identity: &Value) -> Option<&str> {
    identity.get("user_id")?.as_str()
}

pub(crate) fn email_of(row: &ConnectionRow) -> Option<&str> {
    row.identity.as_ref()?.get("email")?.as_str()
}

pub(crate) fn by_person(method: &str) -> bool {
    method == Method::OAuth.as_str() || method == Method::Byo.as_str()
}

pub(crate) fn usage_prefix(id: &str) -> String {
    format!("used.{id}.")
}
