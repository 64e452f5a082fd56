//! The mistakes of a document, with the flags that raise its limits.

use switchboard_app::NextStep;
use switchboard_app::documents::{DocumentReport, MISTAKES};

use super::next_step::spell;
use crate::output;

/// The flag that sets a limit.
fn flag(limit: &str) -> String {
    spell(&NextStep::ChangeLimit(limit.to_owned()))
}

/// The report with the flags that raise its limits.
pub fn with_flags(mut report: DocumentReport) -> DocumentReport {
    for diagnostic in &mut report.diagnostics {
        if let (Some(fix), Some(limit)) = (&mut diagnostic.fix, diagnostic.limit) {
            *fix = format!("{fix}: {}", flag(limit));
        }
    }
    report
}

/// The mistakes for people. Their words quote the document, and may not begin lines of their own.
pub fn render(mut report: DocumentReport) -> String {
    report.file = output::printable(&report.file);
    for diagnostic in &mut report.diagnostics {
        diagnostic.message = output::printable(&diagnostic.message);
        diagnostic.fix = diagnostic.fix.as_deref().map(output::printable);
    }
    let mut text = report.render();
    if report.more > 0 {
        text.push_str(&format!("  fix: {}\n", flag(MISTAKES.name)));
    }
    text
}
