//! Arguments of `connect`, `connection` and `doctor`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Method {
    /// The packaged app, by browser
    Browser,
    /// Your own app, by browser
    Byo,
    /// Server-to-Server
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

/// The port of the call-back address where none is named.
pub const PORT: u16 = 7910;

/// A person connects in a browser of their own.
#[derive(Debug, Clone, ClapArgs)]
pub struct Link {
    /// Print a link that somebody else opens to connect their account, and wait
    #[arg(long)]
    pub link: bool,
    /// The address of this command for browsers elsewhere, as a proxy with TLS gives it (https://HOST)
    #[arg(long, value_name = "URL", requires = "link")]
    pub public_url: Option<String>,
    /// Where to listen (127.0.0.1 and the redirect port when left out)
    #[arg(long, value_name = "ADDRESS:PORT", requires = "link")]
    pub bind: Option<SocketAddr>,
    /// How long the link works
    #[arg(long, value_name = "MINUTES", default_value_t = 60, requires = "link", value_parser = clap::value_parser!(u32).range(1..=1_440))]
    pub link_minutes: u32,
}

#[derive(Debug, Clone, ClapArgs)]
#[command(
    after_help = "Ways to connect:\n  switchboard connect NAME --method browser --profile emulator                   the packaged app, which comes for the emulator alone\n  switchboard connect NAME --client-id ID --client-secret-file FILE              your own app\n  switchboard connect NAME --account-id A --client-id C --client-secret-file F   Server-to-Server, without a browser\n\nHow to make an app: switchboard connect --guide byo (or s2s, oauth, pre-approval, admin-role, one-grant)"
)]
pub struct Connect {
    /// Your name for the connection; it can be changed later
    #[arg(required_unless_present_any = ["guide", "app_manifest"])]
    pub label: Option<String>,
    /// How to sign in; found from the other flags when left out
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
    /// Key of a JWT app; explained, because Zoom retired them
    #[arg(long, hide = true)]
    pub api_key: Option<String>,
    /// Read a short-lived access token from standard input (`--token -`)
    #[arg(long, value_name = "-")]
    pub token: Option<String>,
    /// Do not wait for the browser's call-back; paste its address (read from standard input)
    #[arg(long, conflicts_with = "link")]
    pub paste: bool,
    /// Approve on another machine by a code (the app must allow the device flow)
    #[arg(long, conflicts_with_all = ["paste", "link"])]
    pub device: bool,
    #[command(flatten)]
    pub link: Link,
    /// Print the address instead of opening a browser
    #[arg(long)]
    pub no_open: bool,
    /// Cloud: a profile of the connector (`emulator` for `switchboard try`)
    #[arg(long, default_value = "zoom")]
    pub profile: String,
    /// Base of the API, overriding the profile (https, or loopback)
    #[arg(long, value_name = "URL")]
    pub api_base: Option<String>,
    /// Base of the sign-in addresses, overriding the profile
    #[arg(long, value_name = "URL")]
    pub oauth_base: Option<String>,
    /// Port of the loopback redirect address
    #[arg(long, default_value_t = PORT)]
    pub redirect_port: u16,
    /// Ask for these scopes (apps with optional scopes only; others grant what the app has)
    #[arg(long, value_delimiter = ',', conflicts_with_all = ["activities", "for_automation"])]
    pub scopes: Vec<String>,
    /// Ask for what this activity needs; repeatable, `*` stands for any text (`zoom.recordings.*`)
    #[arg(long = "for", value_name = "ACTIVITY")]
    pub activities: Vec<String>,
    /// Ask for what this automation needs; repeatable
    #[arg(long, value_name = "FILE")]
    pub for_automation: Vec<PathBuf>,
    /// Spelling of the scopes; an app has one of the two. Granular is asked for when left out
    #[arg(long)]
    pub style: Option<Style>,
    /// Ask for scopes of the whole account instead of the user's own
    #[arg(long)]
    pub admin: bool,
    /// Connect this user alone; anybody else who signs in is refused
    #[arg(long, value_name = "EMAIL")]
    pub expect_email: Option<String>,
    /// Go on although a connection of the same user and app ends by it
    #[arg(long)]
    pub replace: bool,
    /// Print what an app has to be registered with, and end
    #[arg(long)]
    pub app_manifest: bool,
    /// Print how to make an app of a kind (oauth, byo, s2s, pre-approval, admin-role, one-grant), and end
    #[arg(long, value_name = "KIND")]
    pub guide: Option<String>,
}

#[derive(Debug, Clone, ClapArgs)]
pub struct Reconnect {
    pub label: String,
    /// Do not wait for the browser's call-back; paste its address (read from standard input)
    #[arg(long, conflicts_with = "link")]
    pub paste: bool,
    /// Approve on another machine by a code, as a connection that was made so is anyway
    #[arg(long, conflicts_with_all = ["paste", "link"])]
    pub device: bool,
    #[command(flatten)]
    pub link: Link,
    /// Print the address instead of opening a browser
    #[arg(long)]
    pub no_open: bool,
    /// Port of the loopback redirect address; the one the connection was made with when left out
    #[arg(long)]
    pub redirect_port: Option<u16>,
    /// Ask for what this activity needs, beside what the connection was made for; repeatable, `*` stands for any text
    #[arg(long = "for", value_name = "ACTIVITY", conflicts_with = "all")]
    pub activities: Vec<String>,
    /// Ask for all the app has, whatever the connection was made for
    #[arg(long)]
    pub all: bool,
    /// File with a new client secret of the same app; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Of a pasted token: read a new one from standard input (`--token -`)
    #[arg(long, value_name = "-")]
    pub token: Option<String>,
    /// Go on although another connection of the same user and app ends by it
    #[arg(long)]
    pub replace: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConnectionCommand {
    /// List connections
    List,
    /// Show one connection and what uses it
    Show { label: String },
    /// Print connections as a document without secrets, all of them when none is named
    Export { labels: Vec<String> },
    /// Ask the service who the connection is
    Test {
        label: Option<String>,
        /// The same as the label alone
        #[arg(long, short, value_name = "LABEL", conflicts_with = "label")]
        connection: Option<String>,
    },
    /// Choose the connection that is used where none is named, or print which it is
    Default {
        label: Option<String>,
        /// Choose none: with several, each command has to name one
        #[arg(long, conflicts_with = "label")]
        none: bool,
    },
    /// Give a connection another name, without signing in again
    Rename { label: String, to: String },
    /// Print or say which plan the connection's account has; its requests are paced by it
    Plan {
        label: String,
        /// One that the connector's rates know, for example `free`, `pro`, `business`
        plan: Option<String>,
        /// Forget the plan that was said: the connector's default counts
        #[arg(long, conflicts_with = "plan")]
        default: bool,
    },
    /// Sign in again as the same user; name, id and what depends on it stay
    Reconnect(Reconnect),
    /// Revoke at the service and forget, once told what uses it
    Disconnect {
        label: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Clone, ClapArgs)]
pub struct Doctor {
    /// Look at this connection alone
    pub label: Option<String>,
    /// The same as the label alone
    #[arg(long, short, value_name = "LABEL", conflicts_with = "label")]
    pub connection: Option<String>,
    /// What the service's page says, or its number: for pages that only the browser shows
    #[arg(long, value_name = "WORDS")]
    pub seen: Option<String>,
    /// Print a message for the administrator about what was found
    #[arg(long)]
    pub message: bool,
    /// Forget sign-ins that failed or were given up: all of them, or those of LABEL
    #[arg(long, conflicts_with_all = ["seen", "message", "event"])]
    pub dismiss: bool,
    /// A message of the service that was refused, saved with its headers: is the webhook secret the right one?
    #[arg(long, value_name = "FILE", requires = "event_secret_file")]
    pub event: Option<PathBuf>,
    /// File with the secret that the app signs its messages with
    #[arg(long, value_name = "FILE", requires = "event")]
    pub event_secret_file: Option<PathBuf>,
}
