//! A large file over TLS by egress against curl, each a program of its own.

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};
use switchboard_egress::{Download, DownloadLimits, Egress, Expectation, FileName, NoTrace, Policy, Request, Target};
use tokio::time::Instant;
use url::Url;

use crate::process::{Used, run};
use crate::report::{Report, median};
use crate::tls::Server;
use crate::{Failed, beside};

const SIZE: u64 = 1 << 30;
const PAIRS: usize = 5;

/// The program that is measured: download `address`, trusting `root`, to the file `to`.
pub fn fetch(address: &str, root: &str, to: &str) -> Result<(), Failed> {
    let threads = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let egress = Egress::with_root(&std::fs::read(root)?)?;
    let policy = Policy::new(Url::parse(address)?, Vec::new());
    let expect = Expectation { size: Some(SIZE), content_types: Vec::new() };
    let request = Request::get(Target::Path("/file".to_owned()));
    let to = Path::new(to);
    let (Some(folder), Some(name)) = (to.parent(), to.file_name()) else {
        return Err("the path names no file".into());
    };
    let end = Instant::now() + Duration::from_secs(120);
    let order = Download {
        policy: &policy,
        request: &request,
        credential: None,
        owner: "bench",
        expect: &expect,
        folder,
        name: &FileName::of(&name.to_string_lossy()),
        again: true,
        limits: DownloadLimits { answer_by: end, end_by: end, most_bytes: SIZE },
        progress: &|_, _| {},
        check_progress: &|_, _| {},
        trace: &NoTrace,
    };
    let stored = threads.block_on(egress.download(&order));
    let stored = stored.map_err(|failure| failure.message)?;
    println!("{} {}", stored.size, stored.sha256);
    Ok(())
}

/// Seconds that the SHA-256 of a file takes, which egress makes while it downloads and `curl` does not.
fn prove(file: &Path) -> Result<f64, Failed> {
    let mut file = std::fs::File::open(file)?;
    let mut buffer = vec![0; 256 << 10];
    let mut digest = Sha256::new();
    let start = Instant::now();
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => digest.update(buffer.get(..read).unwrap_or_default()),
        }
    }
    std::hint::black_box(digest.finalize());
    Ok(start.elapsed().as_secs_f64())
}

/// Both programs in turn; the first pair warms up.
pub fn compare(report: &mut Report) -> Result<(), Failed> {
    // beside the program: the system's temporary folder may be memory
    let folder = tempfile::tempdir_in(beside("bench")?.parent().ok_or("a program without a folder")?)?;
    let server = Server::start(folder.path(), SIZE)?;
    let to = folder.path().join("file");
    let (mut ours, mut theirs, mut proven) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let egress =
            run(Command::new(beside("bench")?).args(["download", &server.address]).arg(&server.certificate).arg(&to))?;
        std::fs::remove_file(&to)?;
        let curl = run(Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--cacert"])
            .arg(&server.certificate)
            .arg("--output")
            .arg(&to)
            .arg(format!("{}/file", server.address)))?;
        let proof = prove(&to)?;
        std::fs::remove_file(&to)?;
        if pair > 0 {
            ours.push(egress);
            theirs.push(curl);
            proven.push(Used { wall: curl.wall + proof, cpu: curl.cpu + proof, ..curl });
        }
    }
    let ratio = |others: &[Used], of: fn(&Used) -> f64| {
        let pairs = ours.iter().zip(others);
        median(&mut pairs.map(|(a, b)| of(a) / of(b)).collect::<Vec<_>>())
    };
    let middle = |all: &[Used], of: fn(&Used) -> f64| median(&mut all.iter().map(of).collect::<Vec<_>>());
    report.figure("1 GiB over TLS ÷ curl, wall", ratio(&theirs, |used| used.wall), "x", 0.63);
    report.figure("1 GiB over TLS ÷ curl, processor", ratio(&theirs, |used| used.cpu), "x", 0.57);
    report.other("the same ÷ curl and then SHA-256 of its file, wall", ratio(&proven, |used| used.wall), "x");
    report.other("the same ÷ curl and then SHA-256 of its file, processor", ratio(&proven, |used| used.cpu), "x");
    let peak = |used: &Used| used.peak as f64 / 1024.0;
    let private = |used: &Used| used.private as f64 / 1024.0;
    report.figure("1 GiB over TLS, peak memory", middle(&ours, peak), "MiB", 10.0);
    for (name, all) in [("egress, with SHA-256 and sync", &ours), ("curl", &theirs)] {
        report.note(&format!(
            "{name}: {:.2} s, {:.2} s of processor, peak {:.1} MiB of which {:.1} MiB is no file's",
            middle(all, |used| used.wall),
            middle(all, |used| used.cpu),
            middle(all, peak),
            middle(all, private),
        ));
    }
    Ok(())
}
