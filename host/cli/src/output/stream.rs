//! The two streams of the command. No other file writes to them.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use switchboard_app::AppError;

/// Bytes of text for people on one stream. A list of 50,000 rows stays below; a service or a component that has more to say fills no disk.
const TEXT: usize = 16 << 20;

/// Where text goes, and how much of it for people went there.
pub struct Stream {
    target: fn() -> Box<dyn Write>,
    written: AtomicUsize,
}

/// Data.
pub static DATA: Stream = Stream { target: || Box::new(std::io::stdout()), written: AtomicUsize::new(0) };
/// Everything else.
pub static NOTES: Stream = Stream { target: || Box::new(std::io::stderr()), written: AtomicUsize::new(0) };

impl Stream {
    /// Lines for people. They are printable already.
    pub fn text(&self, text: &str) -> Result<(), AppError> {
        let before = self.written.fetch_add(text.len(), Ordering::Relaxed);
        if before > TEXT {
            return Ok(());
        }
        let room = TEXT - before;
        if text.len() <= room {
            return self.all(text);
        }
        // Whole lines as far as they fit.
        let part = text.as_bytes().get(..room).unwrap_or_default();
        if let Some(end) = part.iter().rposition(|byte| *byte == b'\n')
            && let Some(lines) = text.get(..end)
        {
            self.all(lines)?;
        }
        self.all("… the rest is longer than 16 MiB of text; --json prints all of it")
    }

    /// A line of whatever length. Whoever reads may have read enough: a closed pipe is no failure.
    pub fn all(&self, text: &str) -> Result<(), AppError> {
        let mut target = (self.target)();
        match target.write_all(text.as_bytes()).and_then(|()| target.write_all(b"\n")).and_then(|()| target.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(AppError::failed("output", format!("cannot write: {error}")))
            }
            _ => Ok(()),
        }
    }
}

/// Columns of the terminal that data goes to; none for a file or a pipe, which take lines of any length.
pub fn width() -> Option<usize> {
    let terminal = console::Term::stdout();
    terminal.is_term().then(|| usize::from(terminal.size().1))
}

/// Whether a person sees what is written beside the data.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}
