//! Arguments of `connect`, `connection` and `doctor`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Method {
    /// The packaged app, by browser
    #[value(alias = "oauth")]
    Browser,
    /// Your own app, by browser
    Byo,
    /// Server-to-Server
    #[value(alias = "server-to-server")]
    S2s,
    /// A short-lived token of your own, without refresh
    Token,
}

/// The service's two spellings of scopes.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Style {
    Classic,
    Granular,
}

/// The cloud where none is named.
pub const DEFAULT_PROFILE: &str = "zoom";

/// The port of the call-back address where none is named.
pub const PORT: u16 = 7910;

/// A person connects in a browser of their own.
#[derive(Debug, Clone, ClapArgs)]
pub struct Link {
    /// Print a link. Another person opens it and connects their account
    #[arg(long)]
    pub link: bool,
    /// Public address of your TLS proxy for browsers elsewhere (https://HOST)
    #[arg(long, value_name = "URL", requires = "link")]
    pub public_url: Option<String>,
    /// Address to listen on (default: 127.0.0.1 and the redirect port)
    #[arg(long, value_name = "ADDRESS:PORT", requires = "link")]
    pub bind: Option<SocketAddr>,
    /// How long the link works
    #[arg(long, value_name = "MINUTES", default_value_t = 60, requires = "link", value_parser = clap::value_parser!(u32).range(1..=1_440))]
    pub link_minutes: u32,
}

#[derive(Debug, Clone, ClapArgs)]
#[command(
    after_help = "Ways to connect:\n  switchboard connect NAME --method browser --profile emulator                   the packaged app, only for the emulator\n  switchboard connect NAME --client-id ID --client-secret-file FILE              your own app\n  switchboard connect NAME --account-id A --client-id C --client-secret-file F   Server-to-Server, without a browser\n\nHow to make an app: switchboard connect --guide byo (or s2s, oauth, pre-approval, admin-role, one-grant)"
)]
pub struct Connect {
    /// Your name for the connection. You can change it later
    #[arg(required_unless_present_any = ["guide", "app_manifest"])]
    pub label: Option<String>,
    /// How to sign in: browser, byo (your own app), s2s (Server-to-Server), token. Usually the other flags decide
    #[arg(long)]
    pub method: Option<Method>,
    /// Client id of your app
    #[arg(long, env = "SWITCHBOARD_CLIENT_ID")]
    pub client_id: Option<String>,
    /// File with the client secret; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Account id, for Server-to-Server
    #[arg(long)]
    pub account_id: Option<String>,
    /// Key of a JWT app; refused with a reason, because Zoom retired these apps
    #[arg(long, hide = true)]
    pub api_key: Option<String>,
    /// Read a short-lived access token from standard input (`--token -`)
    #[arg(long, value_name = "STDIN")]
    pub token: Option<String>,
    /// After sign-in, paste the address from the browser here. For a browser on another machine
    #[arg(long, conflicts_with = "link")]
    pub paste: bool,
    /// Sign in with a code, typed on another machine. The app must allow it
    #[arg(long, conflicts_with_all = ["paste", "link"])]
    pub device: bool,
    #[command(flatten)]
    pub link: Link,
    /// Print the address instead of opening a browser
    #[arg(long)]
    pub no_open: bool,
    /// Cloud to connect to: `zoom`, `zoomgov` or `emulator` (for `switchboard try`)
    #[arg(long, default_value = DEFAULT_PROFILE)]
    pub profile: String,
    /// Address of the API, in place of the profile's: https, or this machine
    #[arg(long, value_name = "URL")]
    pub api_base: Option<String>,
    /// Address of the sign-in service, in place of the profile's: https, or this machine
    #[arg(long, value_name = "URL")]
    pub oauth_base: Option<String>,
    /// Local port that the browser returns to
    #[arg(long, default_value_t = PORT)]
    pub redirect_port: u16,
    /// Scopes to request. Only apps with optional scopes honour it
    #[arg(long, value_delimiter = ',', conflicts_with_all = ["activities", "for_automation"])]
    pub scopes: Vec<String>,
    /// Ask only for the scopes of this activity. Repeat for more. `*` matches any text (`zoom.recordings.*`)
    #[arg(long = "for", value_name = "ACTIVITY")]
    pub activities: Vec<String>,
    /// Ask only for the scopes of this automation. Repeat for more
    #[arg(long, value_name = "FILE")]
    pub for_automation: Vec<PathBuf>,
    /// Scopes of the app: classic (older) or granular (newer, the default)
    #[arg(long)]
    pub style: Option<Style>,
    /// Ask for scopes of the whole account instead of the user's own
    #[arg(long)]
    pub admin: bool,
    /// Accept only this user
    #[arg(long, value_name = "EMAIL")]
    pub expect_email: Option<String>,
    /// Replace an existing connection of the same user and app
    #[arg(long)]
    pub replace: bool,
    /// Print the scopes and the redirect address to enter at Zoom
    #[arg(long)]
    pub app_manifest: bool,
    /// Print a guide: oauth, byo, s2s, pre-approval, admin-role or one-grant
    #[arg(long, value_name = "KIND")]
    pub guide: Option<String>,
}

#[derive(Debug, Clone, ClapArgs)]
pub struct Reconnect {
    /// Label of the connection
    pub label: String,
    /// After sign-in, paste the address from the browser here. For a browser on another machine
    #[arg(long, conflicts_with = "link")]
    pub paste: bool,
    /// Sign in with a code, typed on another machine. The default if it was used last time
    #[arg(long, conflicts_with_all = ["paste", "link"])]
    pub device: bool,
    #[command(flatten)]
    pub link: Link,
    /// Print the address instead of opening a browser
    #[arg(long)]
    pub no_open: bool,
    /// Local port that the browser returns to (default: the same as at the last sign-in)
    #[arg(long)]
    pub redirect_port: Option<u16>,
    /// Also ask for the scopes of this activity. Repeat for more. `*` matches any text
    #[arg(long = "for", value_name = "ACTIVITY", conflicts_with = "all")]
    pub activities: Vec<String>,
    /// Ask for all scopes of the app
    #[arg(long)]
    pub all: bool,
    /// File with a new client secret of the same app; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Replace a pasted token: read the new one from standard input (`--token -`)
    #[arg(long, value_name = "STDIN")]
    pub token: Option<String>,
    /// Replace another connection of the same user and app
    #[arg(long)]
    pub replace: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConnectionCommand {
    /// List connections
    List,
    /// Show one connection and what uses it
    Show {
        /// Label of the connection
        label: String,
    },
    /// Print connections as JSON without secrets
    Export {
        /// Labels of the connections (default: all)
        labels: Vec<String>,
    },
    /// Check a connection by asking Zoom for its user
    Test {
        /// Label of the connection
        label: Option<String>,
        /// Same as LABEL
        #[arg(long, short, value_name = "LABEL", conflicts_with = "label")]
        connection: Option<String>,
    },
    /// Show or set the default connection
    Default {
        /// Label of the connection
        label: Option<String>,
        /// Remove the default
        #[arg(long, conflicts_with = "label")]
        none: bool,
    },
    /// Give a connection another name, without signing in again
    Rename {
        /// Label of the connection
        label: String,
        /// New label
        to: String,
    },
    /// Show or set the account's Zoom plan, which decides the rate limits
    Plan {
        /// Label of the connection
        label: String,
        /// Plan to set, for example `free`, `pro` or `business`
        plan: Option<String>,
        /// Use the connector's default plan again
        #[arg(long, conflicts_with = "plan")]
        default: bool,
    },
    /// Sign in again as the same user, and keep the label and id
    Reconnect(Reconnect),
    /// Delete a connection and revoke it at Zoom
    Disconnect {
        /// Label of the connection
        label: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Clone, ClapArgs)]
pub struct Doctor {
    /// Label of the connection to check (default: all)
    pub label: Option<String>,
    /// Same as LABEL
    #[arg(long, short, value_name = "LABEL", conflicts_with = "label")]
    pub connection: Option<String>,
    /// What the browser's error page says, or its number
    #[arg(long, value_name = "WORDS", conflicts_with_all = ["label", "connection", "event"])]
    pub seen: Option<String>,
    /// Print a message for the administrator about the first problem
    #[arg(long)]
    pub message: bool,
    /// Forget failed sign-ins: all, or those of LABEL
    #[arg(long, conflicts_with_all = ["seen", "message", "event"])]
    pub dismiss: bool,
    /// Check whether the webhook secret fits this saved webhook request
    #[arg(long, value_name = "FILE", requires = "event_secret_file", conflicts_with_all = ["label", "connection"])]
    pub event: Option<PathBuf>,
    /// File with the app's webhook secret
    #[arg(long, value_name = "FILE", requires = "event")]
    pub event_secret_file: Option<PathBuf>,
}
