//! Findings of the doctor, for people and for programs.

use serde_json::{Value, json};
use switchboard_app::doctor::{Finding, Health};
use switchboard_app::manifest::Remedy;

use super::error::fix_with_guidance;
use super::next_step::spell;
use super::remedy;
use crate::command_line::CommandLine;
use crate::shell::quote;

/// Columns of what was looked at.
const ABOUT: usize = 12;

/// The lines of a finding.
pub fn lines(finding: &Finding) -> Vec<String> {
    let mark = match finding.health {
        Health::Good => "✓",
        Health::Note => "!",
        Health::Bad => "✗",
    };
    let text = finding.text.spell(spell);
    let mut lines = vec![format!("{mark} {:ABOUT$} {text}", finding.about)];
    let below: Vec<String> = match filled(finding) {
        Some(remedy) if text.contains(&remedy.title) => remedy::untitled(&remedy),
        Some(remedy) => remedy::lines(&remedy),
        None => finding.fix.iter().map(|fix| format!("fix: {}", fix.spell(spell))).collect(),
    };
    let dismissal = dismissal(finding).map(|command| format!("to dismiss it: {command}"));
    lines.extend(below.into_iter().chain(dismissal).map(|line| format!("  {:ABOUT$} {line}", "")));
    lines
}

/// A finding for programs.
pub fn to_json(finding: &Finding) -> Value {
    let fix = fix_with_guidance(finding.fix.as_ref(), finding.guidance.as_ref());
    json!({
        "about": finding.about, "ok": finding.health != Health::Bad, "state": finding.health.as_str(),
        "text": finding.text.spell(spell), "fix": fix, "dismiss": dismissal(finding),
        "remedy": filled(finding).as_ref().map(remedy::value),
    })
}

/// The remedy with its places filled in, and with the command that is given once more at its end.
fn filled(finding: &Finding) -> Option<Remedy> {
    let mut remedy = remedy::fill(finding.guidance.as_ref()?);
    let repeat = finding.repeat.clone().map(CommandLine::from);
    remedy.here.extend(repeat.map(|command| format!("The same command again: {}", command.copyable())));
    Some(remedy)
}

/// The command that forgets it.
fn dismissal(finding: &Finding) -> Option<String> {
    Some(format!("switchboard doctor --dismiss {}", quote(finding.dismissible.as_deref()?)))
}
