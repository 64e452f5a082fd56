//! Which program listens on a port of this machine, or has a file open. Linux tells it in `/proc`; elsewhere nobody knows.

use std::fs;
use std::path::Path;

/// For example `python3 (process 4711)`. None when it cannot be found out: another user's program, or another system.
pub(crate) fn of_port(port: u16) -> Option<String> {
    look(Path::new("/proc"), port)
}

fn look(proc: &Path, port: u16) -> Option<String> {
    let inodes: Vec<String> = ["net/tcp", "net/tcp6"]
        .iter()
        .filter_map(|file| fs::read_to_string(proc.join(file)).ok())
        .flat_map(|table| table.lines().filter_map(|line| listener(line, port)).collect::<Vec<_>>())
        .collect();
    let wanted: Vec<String> = inodes.into_iter().map(|inode| format!("socket:[{inode}]")).collect();
    if wanted.is_empty() {
        return None;
    }
    openers(proc, &wanted).into_iter().next()
}

/// The other programs that have this file open or locked. None when nobody has, or it cannot be found out.
pub(crate) fn of_file(path: &Path) -> Option<String> {
    let proc = Path::new("/proc");
    let ours = format!("(process {})", std::process::id());
    let mut found = openers(proc, &[path.to_str()?.to_owned()]);
    // The open files of a process that hides its memory are hidden too; its locks are not.
    found.extend(lockers(proc, path));
    found.retain(|name| !name.ends_with(&ours));
    found.sort();
    found.dedup();
    (!found.is_empty()).then(|| found.join(", "))
}

/// Programs that have a lock on a file. None on a filesystem that gives files a device number of its own (btrfs).
fn lockers(proc: &Path, path: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt;
    let Ok(metadata) = fs::metadata(path) else { return Vec::new() };
    let (device, inode) = (metadata.dev(), metadata.ino());
    let file = format!("{:02x}:{:02x}:{inode}", rustix::fs::major(device), rustix::fs::minor(device));
    let table = fs::read_to_string(proc.join("locks")).unwrap_or_default();
    table.lines().filter_map(|line| locker(line, &file)).map(|process| named(proc, process)).collect()
}

/// The process that has a lock on the file `major:minor:inode`, from a line of the kernel's table:
/// `1: FLOCK  ADVISORY  READ 4711 08:01:12345 0 EOF`. A process that waits for the lock has `->` before `FLOCK`.
fn locker<'a>(line: &'a str, file: &str) -> Option<&'a str> {
    let mut fields = line.split_whitespace();
    let is_flock = fields.nth(1)? == "FLOCK";
    let process = fields.nth(2)?;
    if is_flock && fields.next()? == file { Some(process) } else { None }
}

fn named(proc: &Path, process: &str) -> String {
    let name = fs::read_to_string(proc.join(process).join("comm")).unwrap_or_default();
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(40).collect();
    format!("{name} (process {process})")
}

/// Programs that have one of these open, as the links of their open files read.
fn openers(proc: &Path, wanted: &[String]) -> Vec<String> {
    let numbered = |name: &std::ffi::OsStr| {
        name.to_str().is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let processes = fs::read_dir(proc).into_iter().flatten().flatten().filter(|entry| numbered(&entry.file_name()));
    let mut found = Vec::new();
    for process in processes {
        let files = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
        if links.any(|link| link.to_str().is_some_and(|link| wanted.iter().any(|one| one == link))) {
            found.push(named(proc, &process.file_name().to_string_lossy()));
        }
    }
    found
}

/// The inode of a listening socket on this port, from a line of the kernel's table.
fn listener(line: &str, port: u16) -> Option<String> {
    /// The kernel's number for a socket that listens.
    const LISTEN: &str = "0A";
    let mut fields = line.split_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let inode = fields.nth(5)?;
    let (_, hex) = local.rsplit_once(':')?;
    (state == LISTEN && u16::from_str_radix(hex, 16).ok()? == port).then(|| inode.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_program_that_listens_is_named() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let holder = of_port(port).unwrap();
        assert!(holder.ends_with(&format!("(process {})", std::process::id())), "{holder}");
        drop(taken);
        assert_eq!(of_port(port), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_program_that_locks_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let file = fs::File::create(&path).unwrap();
        assert!(lockers(Path::new("/proc"), &path).is_empty());
        file.lock().unwrap();
        let holders = lockers(Path::new("/proc"), &path);
        assert!(holders.iter().any(|name| name.ends_with(&format!("(process {})", std::process::id()))), "{holders:?}");
    }

    #[test]
    fn only_the_holder_of_the_same_file_is_named() {
        for (line, process) in [
            ("1: FLOCK  ADVISORY  READ 4711 08:01:12345 0 EOF", Some("4711")),
            ("1: -> FLOCK  ADVISORY  WRITE 4712 08:01:12345 0 EOF", None),
            ("2: FLOCK  ADVISORY  WRITE 4713 08:02:12345 0 EOF", None),
            ("3: FLOCK  ADVISORY  WRITE 4714 08:01:112345 0 EOF", None),
            ("4: POSIX  ADVISORY  WRITE 4715 08:01:12345 0 EOF", None),
            ("5: FLOCK", None),
        ] {
            assert_eq!(locker(line, "08:01:12345"), process, "{line}");
        }
    }
}
