//! What a sign-in is asked for.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use switchboard_connections::Method;
use switchboard_manifest::scopes::Style;

use crate::blocking::on_thread;
use crate::{AppError, Class, Cloud, OriginalRequest};

/// A connection to make.
#[derive(Debug)]
pub struct ConnectRequest {
    /// Name of the connection.
    pub label: String,
    /// The cloud of the service.
    pub cloud: Cloud,
    /// The app, and who signs in.
    pub credentials: Credentials,
    /// What the connection is for.
    pub access: AccessRequest,
    /// The only user who is accepted.
    pub expected_email: Option<String>,
    /// Whether a connection of the same user through the same app ends.
    pub replace: bool,
    /// The request in the words of the surface, to be given once more where it fails.
    pub original: Option<OriginalRequest>,
}

/// The app of a sign-in, and who signs in.
#[derive(Debug)]
pub enum Credentials {
    /// The app that comes with the connector. A person signs in.
    PackagedApp(SignInRequest),
    /// An app of one's own. A person signs in.
    OwnApp {
        /// The client id.
        client_id: String,
        /// The client secret. A public app has none.
        client_secret: Option<SecretInput>,
        /// How the person signs in.
        sign_in: SignInRequest,
    },
    /// A Server-to-Server app, which gets tokens of its account. Nobody signs in.
    AccountApp {
        /// Id of the account.
        account_id: String,
        /// The client id.
        client_id: String,
        /// The client secret.
        client_secret: SecretInput,
    },
    /// An access token that was got elsewhere. Nobody signs in.
    Token(SecretInput),
}

impl Credentials {
    /// How the connection is made.
    pub fn method(&self) -> Method {
        match self {
            Self::PackagedApp(_) => Method::OAuth,
            Self::OwnApp { .. } => Method::Byo,
            Self::AccountApp { .. } => Method::ServerToServer,
            Self::Token(_) => Method::Token,
        }
    }

    /// How a person signs in, where one does.
    pub fn sign_in(&self) -> Option<&SignInRequest> {
        match self {
            Self::PackagedApp(sign_in) | Self::OwnApp { sign_in, .. } => Some(sign_in),
            Self::AccountApp { .. } | Self::Token(_) => None,
        }
    }

    /// The client id that was named.
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::OwnApp { client_id, .. } | Self::AccountApp { client_id, .. } => Some(client_id),
            Self::PackagedApp(_) | Self::Token(_) => None,
        }
    }
}

/// How a person signs in.
#[derive(Clone, Debug)]
pub struct SignInRequest {
    /// The port of the loopback address that the app lists as its redirect address.
    pub port: u16,
    /// How the person and the browser are reached.
    pub channel: SignInChannel,
}

/// How the person and the browser are reached.
#[derive(Clone, Debug)]
pub enum SignInChannel {
    /// A browser of this machine, which the surface opens or not. The service's answer comes to a port of this machine.
    Browser {
        /// Whether the surface opens it.
        is_opened: bool,
    },
    /// A browser of any machine. The person enters the address on which it ended.
    PastedAddress,
    /// A code that the person enters on a page of the service, on any machine.
    DeviceCode,
    /// A link that is sent to somebody else, who signs in with a browser of their own.
    Link(LinkRequest),
}

/// A link by which somebody else signs in.
#[derive(Clone, Debug)]
pub struct LinkRequest {
    /// The address that browsers see, where a proxy stands before this program.
    pub public_url: Option<String>,
    /// The address to listen on. None for the loopback address with the port of the sign-in.
    pub bind: Option<SocketAddr>,
    /// How long the link works, minutes.
    pub minutes: u32,
}

/// What a connection is for.
#[derive(Clone, Debug)]
pub struct AccessRequest {
    /// Activities, by id or pattern. None asks for everything.
    pub activities: Vec<String>,
    /// Files of automations: the activities that they use.
    pub automations: Vec<PathBuf>,
    /// Scopes, where no activity is named.
    pub scopes: Vec<String>,
    /// The kind of the app's scopes.
    pub style: Style,
    /// Whether it is for the data of the whole account. Those of a Server-to-Server app always are.
    pub is_for_account: bool,
}

impl Default for AccessRequest {
    fn default() -> Self {
        Self {
            activities: Vec::new(),
            automations: Vec::new(),
            scopes: Vec::new(),
            style: Style::Granular,
            is_for_account: false,
        }
    }
}

/// What reads a secret.
type ReadSecret = Box<dyn FnOnce() -> Result<SecretString, AppError> + Send>;

/// A secret that is read when it is needed, after everything that can be refused without it.
pub struct SecretInput(ReadSecret);

impl SecretInput {
    /// A secret that this function reads.
    pub fn new(read: impl FnOnce() -> Result<SecretString, AppError> + Send + 'static) -> SecretInput {
        SecretInput(Box::new(read))
    }

    /// Reads it, on a thread of its own: it may wait for a person.
    pub async fn read(self) -> Result<SecretString, AppError> {
        on_thread(self.0).await
    }

    /// Reads it where there is one.
    pub async fn read_optional(secret: Option<SecretInput>) -> Result<Option<SecretString>, AppError> {
        match secret {
            Some(secret) => Ok(Some(secret.read().await?)),
            None => Ok(None),
        }
    }
}

impl From<SecretString> for SecretInput {
    fn from(secret: SecretString) -> Self {
        Self::new(move || Ok(secret))
    }
}

impl fmt::Debug for SecretInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretInput(..)")
    }
}

/// The failure of an API key with an API secret. The manifest's remedy names the kind of app and what replaces it.
pub fn retired_app() -> AppError {
    AppError::Failed {
        code: "jwt-retired".into(),
        message: "an API key with an API secret belongs to a retired kind of app: these credentials no longer work"
            .into(),
        fix: None,
        class: Class::SignIn,
    }
}
