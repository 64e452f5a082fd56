//! `switchboard-emulator`: start the emulator, print where it is, run until interrupted.

use std::process::ExitCode;

use clap::Parser;
use serde_json::json;
use switchboard_emulator::{Options, Seed, start};

/// A stateful Zoom on this machine, for trying and testing.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port of the API and sign-in pages on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 7901)]
    port: u16,
    /// Port of the download host on localhost; 0 takes a free one
    #[arg(long, default_value_t = 7902)]
    download_port: u16,
    /// Lifetime of access tokens in seconds
    #[arg(long, default_value_t = 3599)]
    access_ttl: u64,
    /// Start without recordings
    #[arg(long)]
    empty: bool,
    /// Do not enforce per-second limits
    #[arg(long)]
    no_rate_limits: bool,
    /// Registered redirect address, compared exactly; repeatable. Default: the usual call-back paths on any loopback port
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// Print the addresses as JSON
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        api_port: arguments.port,
        download_port: arguments.download_port,
        seed: if arguments.empty { Seed::Empty } else { Seed::Small },
        access_ttl_s: arguments.access_ttl,
        rate_limits: !arguments.no_rate_limits,
        redirect_uris: arguments.redirect_uris,
        at_ms: None,
    };
    let emulator = match start(options).await {
        Ok(emulator) => emulator,
        Err(error) => {
            eprintln!("error: cannot open the ports: {error}; choose others with --port and --download-port");
            return ExitCode::FAILURE;
        }
    };
    let (client_id, client_secret) = emulator.app();
    if arguments.json {
        let all = json!({"api_base": emulator.api_base(), "oauth_base": emulator.oauth_base(), "control_base": emulator.control_base(),
            "download_base": emulator.download_base(), "client_id": client_id, "client_secret": client_secret});
        println!("{all}");
    } else {
        println!("Zoom API    {}", emulator.api_base());
        println!("OAuth       {}", emulator.oauth_base());
        println!("Downloads   {}", emulator.download_base());
        println!("Control     {}", emulator.control_base());
        println!("App         {client_id}   secret {client_secret}");
        println!("Sign in as  ada@emulator.test (owner), grace@ or alan@emulator.test; password demo");
    }
    tokio::signal::ctrl_c().await.ok();
    emulator.stop().await;
    ExitCode::SUCCESS
}
