//! A TLS server with one file of a given length, and the certificate to trust it by.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::Failed;

const CONFIG: &str = "[req]\ndistinguished_name=name\nx509_extensions=more\nprompt=no\n[name]\nCN=switchboard bench\n\
    [more]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1\n";
const CHUNK: usize = 64 << 10;

/// Serves until the program ends.
pub struct Server {
    pub address: String,
    pub certificate: PathBuf,
}

impl Server {
    /// Makes a certificate for a day in `folder` and serves `bytes` bytes at every path.
    pub fn start(folder: &Path, bytes: u64) -> Result<Self, Failed> {
        let (certificate, key) = certify(folder)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_file(&certificate)?],
                PrivateKeyDer::from_pem_file(&key)?,
            )?;
        let config = Arc::new(config);
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = format!("https://127.0.0.1:{}", listener.local_addr()?.port());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let config = Arc::clone(&config);
                std::thread::spawn(move || serve(stream, config, bytes));
            }
        });
        Ok(Self { address, certificate })
    }
}

/// One request on one connection; a client that leaves is not waited for.
fn serve(stream: TcpStream, config: Arc<ServerConfig>, bytes: u64) -> Result<(), Failed> {
    let mut reader = BufReader::new(StreamOwned::new(ServerConnection::new(config)?, stream));
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n"
    )?;
    let pattern: Vec<u8> = (0..CHUNK).map(|at| (at % 251) as u8).collect();
    let mut left = bytes;
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        stream.write_all(pattern.get(..now).unwrap_or_default())?;
        left -= now as u64;
    }
    stream.conn.send_close_notify();
    stream.flush()?;
    Ok(())
}

fn certify(folder: &Path) -> Result<(PathBuf, PathBuf), Failed> {
    let path = |name: &str| folder.join(name);
    let (config, certificate, key) = (path("openssl.cnf"), path("certificate.pem"), path("key.pem"));
    std::fs::write(&config, CONFIG)?;
    let status = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .args(["-nodes", "-days", "1", "-config"])
        .arg(&config)
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("openssl, which makes the certificate: {error}"))?;
    if !status.success() {
        return Err("openssl made no certificate".into());
    }
    Ok((certificate, key))
}
