//! Sentences for people, with typed steps in them.

use crate::{NamedStep, NextStep};

/// A sentence for a person: why something failed, what to do about it, what happened. The steps in it are typed, so that each
/// surface spells them in its own way: as a command to type, or as a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    parts: Vec<Part>,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Plain English.
    Text(String),
    /// Something that the person can do with this program.
    Step(NextStep),
}

impl Message {
    /// A message of these parts.
    pub fn new(parts: Vec<Part>) -> Message {
        Message { parts }
    }

    /// The message of a text with places: each `{name}` of a [`NamedStep`] becomes that step.
    pub fn template(text: &str) -> Message {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            words.push_str(before);
            match after.split_once('}').and_then(|(name, behind)| Some((NamedStep::of(name)?, behind))) {
                Some((step, behind)) => {
                    parts.push(Part::Text(std::mem::take(&mut words)));
                    parts.push(Part::Step(NextStep::Named(step)));
                    rest = behind;
                }
                None => {
                    words.push('{');
                    rest = after;
                }
            }
        }
        words.push_str(rest);
        parts.push(Part::Text(words));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        Message { parts }
    }

    /// The message with a further part.
    #[must_use]
    pub fn with(mut self, part: impl Into<Part>) -> Message {
        self.parts.push(part.into());
        self
    }

    /// The message with all parts of another one after it.
    #[must_use]
    pub fn joined(mut self, other: Message) -> Message {
        self.parts.extend(other.parts);
        self
    }

    /// The message as a sentence: with one full stop at its end.
    #[must_use]
    pub fn sentence(mut self) -> Message {
        if let Some(Part::Text(text)) = self.parts.last_mut() {
            text.truncate(text.trim_end_matches('.').len());
        }
        self.with(".")
    }

    /// The text, with each step in the words of a surface.
    pub fn spell(&self, spell: impl Fn(&NextStep) -> String) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Step(step) => text.push_str(&spell(step)),
            }
        }
        text
    }

    /// The steps, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &NextStep> {
        self.parts.iter().filter_map(|part| match part {
            Part::Step(step) => Some(step),
            Part::Text(_) => None,
        })
    }
}

impl<P: Into<Part>> From<P> for Message {
    fn from(part: P) -> Message {
        Message { parts: vec![part.into()] }
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Part {
        Part::Text(text.to_owned())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Part {
        Part::Text(text)
    }
}

impl From<NextStep> for Part {
    fn from(step: NextStep) -> Part {
        Part::Step(step)
    }
}

/// A [`Message`] of texts and steps, in their order.
#[macro_export]
macro_rules! message {
    ($($part:expr),+ $(,)?) => {
        $crate::Message::new(vec![$($crate::Part::from($part)),+])
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_surface_spells_the_steps() {
        let message = message!["look: ", NextStep::ListRuns, String::from(" shows the latest")];
        assert_eq!(message.spell(|step| format!("<{step:?}>")), "look: <ListRuns> shows the latest");
        assert_eq!(message.steps().count(), 1);
    }

    #[test]
    fn a_text_names_its_steps() {
        let message = Message::template("run `{reconnect}`, then {nothing} {");
        assert_eq!(message.spell(|_| "STEP".to_owned()), "run `STEP`, then {nothing} {");
        assert_eq!(message.steps().count(), 1);
    }
}
