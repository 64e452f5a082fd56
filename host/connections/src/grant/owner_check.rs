//! Letting a new grant in: whose it is, whether it is the one that was meant, and what it would break.

use serde_json::Value;
use switchboard_store::Usage;

use crate::connections::Connections;
use crate::grant::commit::{Entry, Rivals};
use crate::{Connection, ConnectionsError, Grant, Method, RequestedAccess, Service, State};

/// Whose a grant is, as reported by the service.
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

    /// The user's account at the service, where it is known.
    pub fn account_id(&self) -> Option<&str> {
        self.identity.get("account_id")?.as_str()
    }
}

/// What is wanted of a new connection.
#[derive(Clone, Debug, Default)]
pub struct AdmissionRules {
    /// The only e-mail address that is let in.
    pub expect_email: Option<String>,
    /// Goes on when a connection of the same user and app would end by it.
    pub replace: bool,
    /// What the connection was asked for, kept with the grant. None: as before.
    pub requested_access: Option<RequestedAccess>,
}

/// A connection that was let in.
#[derive(Clone, Debug)]
pub struct Admission {
    /// It.
    pub connection: Connection,
    /// Those that ended by it, with what depended on each.
    pub replaced: Vec<ReplacedConnection>,
}

/// A connection that ended because another took its place.
#[derive(Clone, Debug)]
pub struct ReplacedConnection {
    /// Its name.
    pub label: String,
    /// What used it.
    pub usage: Vec<Usage>,
}

impl Connections {
    /// Stops before a browser is opened when the owner that is expected is connected already.
    pub fn check_expected(
        &self,
        service: &Service,
        client_id: &str,
        rules: &AdmissionRules,
    ) -> Result<(), ConnectionsError> {
        let Some(expected) = rules.expect_email.as_deref().filter(|_| !rules.replace) else {
            return Ok(());
        };
        let known = self
            .of_app(service, client_id)?
            .into_iter()
            .find(|known| known.email().is_some_and(|email| email.eq_ignore_ascii_case(expected)));
        match known {
            Some(known) => Err(self.taken(&known, expected)?),
            None => Ok(()),
        }
    }

    /// Stops before a browser is opened when signing in to a connection again would end another one of its user.
    pub fn check_again(&self, label: &str) -> Result<(), ConnectionsError> {
        let connection = self.show(label)?;
        let (Some(client_id), true) = (&connection.client_id, connection.method.is_by_person()) else {
            return Ok(());
        };
        let user = connection.user_id();
        let mut rivals = self.of_app(&self.service(&connection.id)?, client_id)?;
        rivals.retain(|other| other.id != connection.id && user.is_some() && other.user_id() == user);
        match rivals.first() {
            Some(rival) => Err(self.taken(rival, connection.email().or(user).unwrap_or_default())?),
            None => Ok(()),
        }
    }

    /// Living connections that were made by a person through this app: a further sign-in of the same person ends them.
    pub fn of_app(&self, service: &Service, client_id: &str) -> Result<Vec<Connection>, ConnectionsError> {
        let mut connections = self.list()?;
        connections.retain(|connection| {
            connection.method.is_by_person()
                && connection.client_id.as_deref() == Some(client_id)
                && connection.oauth_base == service.oauth_base.as_str()
                && connection.state == State::Active
        });
        Ok(connections)
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
        rules: &AdmissionRules,
    ) -> Result<Admission, ConnectionsError> {
        let admitted = match expected(rules.expect_email.as_deref(), &owner) {
            Ok(()) => {
                let (label, service, grant) = (label.to_owned(), service.clone(), grant.clone());
                let (identity, rules) = (owner.identity.clone(), rules.clone());
                self.run(move |connections| {
                    connections.check_label(&label)?;
                    let entry = Entry::new(&label, method, &service, &grant, Some(identity))
                        .with_access(rules.requested_access.as_ref());
                    connections.keep(entry, Rivals::from(&rules))
                })
                .await
            }
            Err(error) => Err(error),
        };
        self.admitted(admitted, method, service, grant, owner).await
    }

    /// Puts a new grant in the place of a connection's former one, when it is of the same user, as expected, and, without
    /// `replace`, no other connection ends by it. Else it is refused as a new one is.
    pub async fn readmit(
        &self,
        label: &str,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
        rules: &AdmissionRules,
    ) -> Result<Admission, ConnectionsError> {
        let again = {
            let (label, service, grant, owner) = (label.to_owned(), service.clone(), grant.clone(), owner.clone());
            let rules = rules.clone();
            move |connections: &Connections| {
                expected(rules.expect_email.as_deref(), &owner)?;
                let connection = connections.show(&label)?;
                if let Some(former) = connection.user_id()
                    && former != owner.user_id
                {
                    return Err(somebody_else(&connection, former, &owner));
                }
                let entry = Entry::again(&connection, method, &service, &grant, Some(owner.identity))
                    .with_access(rules.requested_access.as_ref());
                connections.keep(entry, Rivals::from(&rules))
            }
        };
        let admitted = self.run(again).await;
        self.admitted(admitted, method, service, grant, owner).await
    }

    async fn admitted(
        &self,
        admitted: Result<(Connection, Vec<Connection>), ConnectionsError>,
        method: Method,
        service: &Service,
        grant: Grant,
        owner: Owner,
    ) -> Result<Admission, ConnectionsError> {
        let (connection, others) = match admitted {
            Ok(admitted) => admitted,
            Err(error) => return Err(self.refuse(error, method, service, grant, owner).await),
        };
        // It is done: what used the others is only told.
        let ended = |other: Connection| ReplacedConnection {
            usage: self.usage(&other.id).unwrap_or_default(),
            label: other.label,
        };
        Ok(Admission { connection, replaced: others.into_iter().map(ended).collect() })
    }

    /// Brings who a connection acts as up to date with what the service says now. The user is known by the id: an address,
    /// a name or a role may change, another user is refused. What the service leaves out stays as it was.
    pub fn recognise(&self, label_or_id: &str, owner: &Owner) -> Result<Connection, ConnectionsError> {
        let mut connection = self.show(label_or_id)?;
        if let Some(former) = connection.user_id()
            && former != owner.user_id
        {
            return Err(somebody_else(&connection, former, owner));
        }
        let former = connection.owner.as_ref().map(|owner| &owner.identity);
        let mut identity = former.cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        if let (Some(kept), Some(told)) = (identity.as_object_mut(), owner.identity.as_object()) {
            kept.extend(
                told.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        if former != Some(&identity) {
            self.core.store.set_connection_identity(&connection.id, &identity)?;
            connection.owner = Some(Owner::of(identity));
        }
        Ok(connection)
    }

    /// Gives a connection another name. Its grant, its id and what depends on it stay.
    pub fn rename(&self, label_or_id: &str, to: &str) -> Result<Connection, ConnectionsError> {
        let mut connection = self.show(label_or_id)?;
        if connection.label != to {
            self.check_label(to)?;
            self.core.store.rename_connection(&connection.id, to)?;
            connection.label = to.to_owned();
        }
        Ok(connection)
    }

    /// Notes that a run of an automation uses a connection.
    pub fn note_usage(&self, id: &str, automation: &str, run: &str, at: i64) -> Result<(), ConnectionsError> {
        Ok(self.core.store.count_usage(id, automation, run, at)?)
    }

    /// What used a connection, latest first.
    pub fn usage(&self, id: &str) -> Result<Vec<Usage>, ConnectionsError> {
        Ok(self.core.store.usage(id)?)
    }

    pub(crate) fn taken(&self, connection: &Connection, user: &str) -> Result<ConnectionsError, ConnectionsError> {
        let (label, usage) = (connection.label.clone(), named(&self.usage(&connection.id)?));
        Ok(ConnectionsError::SameAccount { label, user: user.to_owned(), usage })
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
fn somebody_else(connection: &Connection, former: &str, owner: &Owner) -> ConnectionsError {
    let (expected, found) = (connection.email().unwrap_or(former), owner.email.as_deref().unwrap_or(&owner.user_id));
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
