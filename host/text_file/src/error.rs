//! Why a file cannot be used.

/// Why a file cannot be used. Never holds a part of its text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextFileError {
    /// It is not there, or the system does not let us read it.
    #[error("cannot read {name}: {cause}")]
    Unreadable {
        /// The file's name as it was given.
        name: String,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A folder, a pipe, a socket or a device.
    #[error("cannot read {name}: it is {kind}, not a file")]
    NotAFile {
        /// The file's name as it was given.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// More bytes than the caller takes.
    #[error("{name} is larger than {}", size(*.limit))]
    TooLarge {
        /// The file's name as it was given.
        name: String,
        /// How many bytes it may have.
        limit: u64,
    },
    /// What some editors and PowerShell's `>` write on Windows.
    #[error("{name} is UTF-16 text")]
    Utf16 {
        /// The file's name as it was given.
        name: String,
    },
    /// Neither UTF-8 nor UTF-16.
    #[error("{name} is not UTF-8 text, first at byte {at}")]
    NotUtf8 {
        /// The file's name as it was given.
        name: String,
        /// How many bytes before it are text.
        at: usize,
    },
}

impl TextFileError {
    /// What to do about it.
    pub fn fix(&self) -> &'static str {
        match self {
            TextFileError::Unreadable { .. } => "name a file that is there and that you may read",
            TextFileError::NotAFile { .. } => "name a regular file",
            TextFileError::TooLarge { .. } => "name a smaller file",
            TextFileError::Utf16 { .. } | TextFileError::NotUtf8 { .. } => "save it as UTF-8",
        }
    }

    /// Whether there is no such file.
    pub fn is_absent(&self) -> bool {
        matches!(self, TextFileError::Unreadable { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound)
    }
}

fn size(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    match bytes {
        whole if whole >= MIB && whole.is_multiple_of(MIB) => format!("{} MiB", whole / MIB),
        whole if whole >= KIB && whole.is_multiple_of(KIB) => format!("{} KiB", whole / KIB),
        other => format!("{other} bytes"),
    }
}
