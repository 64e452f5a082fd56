//! Text that looks like an expression of another language: `{{ inputs.topic }}`, `${inputs.topic}`.

use super::mistakes::Mistakes;
use crate::expr::infer::TypeScope;

/// How other languages begin and end an expression, and words of theirs that may stand there.
const MARKS: [(&str, &str); 2] = [("{{", "}}"), ("${", "}")];
const FOREIGN: [&str; 5] = ["$json", "$node", "$input", "github", "env"];

/// Reports what an author of another language would take for an expression. `start` is where the text begins in its string.
pub fn check(text: &str, start: usize, scope: &TypeScope, pointer: &str, mistakes: &mut Mistakes<'_>) {
    for (open, close) in MARKS {
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find(open)) {
            let begin = at + found;
            let inner = begin + open.len();
            let Some(end) = text.get(inner..).and_then(|rest| rest.find(close)).map(|end| inner + end) else { break };
            let source = text.get(inner..end).unwrap_or_default().trim();
            let word = source.split(['.', ' ', '[', '|', '(']).next().unwrap_or_default();
            if scope.knows(word) || FOREIGN.contains(&word) {
                let whole = text.get(begin..end + close.len()).unwrap_or_default();
                let message = format!("`{}` stays as it is: it is no expression", crate::text::brief(whole, 120));
                let fix = match FOREIGN.contains(&word) {
                    true => {
                        "expressions read `inputs`, `steps` and `run`: write such as `${{ inputs.topic }}`".to_owned()
                    }
                    false => format!("write `${{{{ {} }}}}`", crate::text::brief(source, 120)),
                };
                mistakes.part("text", pointer, &(start + begin..start + end + close.len()), message, Some(fix));
            }
            at = end + close.len();
        }
    }
}
