//! Tokens and keys in this process's memory, kept from files and from other programs.

use rlimit::Resource;

/// A core dump may be sent to somebody: none is written, and a program that takes dumps in gets none of this one's memory (core(5)).
/// Programs that this process starts write none either. Where the system knows no such limits, its own settings hold.
pub fn keep_out_of_core_dumps() {
    // The lower limit can always be set.
    if let Ok((_, highest)) = Resource::CORE.get() {
        let _ = Resource::CORE.set(0, highest);
    }
    if cfg!(target_os = "linux") {
        drop(std::fs::write("/proc/self/coredump_filter", "0"));
    }
}

/// Before a token or a key is read: other programs of the same user can no longer read this process's memory or attach to it, and
/// the kernel dumps none of it, whatever the limits are. Programs that this process starts are not protected.
pub fn hide_from_other_processes() {
    // Refused by no kernel; without it the dump filter holds.
    #[cfg(target_os = "linux")]
    let _ = capctl::prctl::set_dumpable(false);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_is_hidden_and_not_dumped() {
        keep_out_of_core_dumps();
        hide_from_other_processes();
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
        assert!(!capctl::prctl::get_dumpable().unwrap());
    }
}
