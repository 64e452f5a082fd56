//! Certificates are always checked, and nothing older than TLS 1.2 is offered.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use switchboard_egress::{Credential, Egress, NoTrace, Policy, Request, Target};
use tokio::time::Instant;
use url::Url;

const CONFIG: &str = "\
[req]\ndistinguished_name=name\nprompt=no\n[name]\nCN=switchboard test\n\
[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\nnew_certs_dir=.\ncertificate=ca.pem\nprivate_key=ca.key\n\
default_md=sha256\npolicy=any\nunique_subject=no\nrand_serial=yes\n[any]\ncommonName=supplied\n\
[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n\
[here]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1\n\
[other]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:other.example\n";

fn openssl(folder: &Path, arguments: &str) {
    let status = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap_or_else(|error| panic!("openssl makes the certificates ({error}): apt-get install openssl"));
    assert!(status.success(), "openssl {arguments}");
}

/// A root, and by it or without it one certificate for each case.
fn certificates(folder: &Path) {
    std::fs::write(folder.join("c"), CONFIG).unwrap();
    std::fs::write(folder.join("index.txt"), "").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config c";
    openssl(folder, &format!("req -x509 {key} -extensions root -days 2 -keyout ca.key -out ca.pem"));
    openssl(folder, &format!("req {key} -keyout leaf.key -out leaf.csr"));
    let sign = "ca -batch -notext -config c -in leaf.csr";
    openssl(folder, &format!("{sign} -extensions here -days 1 -out good.pem"));
    openssl(folder, &format!("{sign} -extensions other -days 1 -out other-host.pem"));
    let past = "-startdate 20200101000000Z -enddate 20200102000000Z";
    openssl(folder, &format!("{sign} -extensions here {past} -out expired.pem"));
    openssl(folder, "req -x509 -key leaf.key -config c -extensions here -days 1 -out self-signed.pem");
}

/// A TLS server with one certificate. Counts the requests that got through the handshake.
fn serve(folder: &Path, certificate: &str) -> (u16, Arc<AtomicUsize>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_file(folder.join(certificate)).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("leaf.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, requests) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let seen = requests.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, config.clone(), &seen);
        }
    });
    (port, requests)
}

fn answer(stream: TcpStream, config: Arc<ServerConfig>, seen: &AtomicUsize) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    seen.fetch_add(1, Ordering::SeqCst);
    let mut stream = reader.into_inner();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")?;
    stream.conn.send_close_notify();
    stream.flush()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_27_only_a_certificate_that_is_right_in_every_way_sees_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let trusting = Egress::with_root(&std::fs::read(folder.path().join("ca.pem")).unwrap()).unwrap();
    let plain = Egress::new().unwrap();
    for (certificate, egress, good) in [
        ("good.pem", &trusting, true),
        ("good.pem", &plain, false),
        ("other-host.pem", &trusting, false),
        ("expired.pem", &trusting, false),
        ("self-signed.pem", &trusting, false),
    ] {
        let (port, requests) = serve(folder.path(), certificate);
        let base = Url::parse(&format!("https://127.0.0.1:{port}")).unwrap();
        let until = || Instant::now() + Duration::from_secs(10);
        // A sign-in, and a call with a token.
        let ask = http::Request::post(base.as_str()).body(b"client_secret".to_vec()).unwrap();
        let exchanged = egress.exchange(ask, &base, until()).await.map(|_| ()).map_err(|failure| failure.code);
        let (policy, token) = (Policy::new(base, Vec::new()), Credential::new("s3cret".to_owned()));
        let request = Request::get(Target::Path("/x".to_owned()));
        let sent = egress.send(&policy, &request, Some(&token), until(), &NoTrace).await;
        let sent = sent.map(|_| ()).map_err(|failure| failure.code);
        let expected = if good { Ok(()) } else { Err("unreachable".to_owned()) };
        assert_eq!((&exchanged, &sent), (&expected, &expected), "{certificate}");
        assert_eq!(requests.load(Ordering::SeqCst), if good { 2 } else { 0 }, "{certificate}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_27_nothing_older_than_tls_1_2_is_offered() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = Url::parse(&format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port())).unwrap();
    let hello = Arc::new(Mutex::new(Vec::new()));
    let seen = hello.clone();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0u8; 5];
        stream.read_exact(&mut head).unwrap();
        let mut body = vec![0u8; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        stream.read_exact(&mut body).unwrap();
        *seen.lock().unwrap() = body;
    });
    let ask = http::Request::post(base.as_str()).body(Vec::new()).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    Egress::new().unwrap().exchange(ask, &base, until).await.unwrap_err();
    server.join().unwrap();
    let mut versions = supported_versions(&hello.lock().unwrap());
    versions.sort_unstable();
    assert_eq!(versions, [0x0303, 0x0304], "TLS 1.2 and 1.3");
}

/// The extension `supported_versions` of a ClientHello (RFC 8446, section 4.2.1).
fn supported_versions(hello: &[u8]) -> Vec<u16> {
    let number = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
    // Type, length, version, random; then session, ciphers, compression.
    let mut at = 1 + 3 + 2 + 32;
    at += 1 + usize::from(hello[at]);
    at += 2 + number(at);
    at += 1 + usize::from(hello[at]);
    let end = at + 2 + number(at);
    at += 2;
    while at < end {
        let (kind, length) = (number(at), number(at + 2));
        if kind == 43 {
            let list = &hello[at + 5..at + 4 + length];
            return list.chunks(2).map(|two| u16::from_be_bytes([two[0], two[1]])).collect();
        }
        at += 4 + length;
    }
    panic!("no such extension");
}
