//! What an expression may be, judged before it is parsed. The parser recurses for each operator.

use std::ops::Range;

use super::ExprError;

/// Bytes of an expression.
pub const MAX_LENGTH: usize = 16 << 10;
/// Operators of an expression: each can take one level of the parser's stack. The longest in our documents has 12.
pub const MAX_OPERATORS: usize = 200;
/// Brackets inside each other.
pub const MAX_NESTING: usize = 32;

/// `+` and `~` of an expression: each may make a text that is longer by one value.
pub const MAX_SUMS: usize = 32;

/// Words that are operators.
const WORDS: [&str; 6] = ["not", "and", "or", "is", "in", "if"];

/// Refuses an expression that is too long or too deep. `start` is where it stands in its string.
pub fn check(source: &str, start: usize) -> Result<(), ExprError> {
    if source.len() > MAX_LENGTH {
        let range = start..start + source.len();
        return Err(excess(range, format!("the expression is longer than {MAX_LENGTH} bytes")));
    }
    let mut operators = 0;
    let mut sums = 0;
    let mut nesting = 0_usize;
    let mut characters = source.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' | '"' => skip_text(character, &mut characters),
            '(' | '[' | '{' => {
                operators += 1;
                nesting += 1;
            }
            ')' | ']' | '}' => nesting = nesting.saturating_sub(1),
            '+' | '~' => {
                operators += 1;
                sums += 1;
            }
            '-' | '*' | '/' | '%' | '|' | '.' | '<' | '>' | '=' | '!' => operators += 1,
            // A number ends where a word begins: `1and 1` has an operator.
            letter if is_word(letter) && !letter.is_numeric() => {
                let mut end = at + letter.len_utf8();
                while let Some((next, letter)) = characters.next_if(|(_, letter)| is_word(*letter)) {
                    end = next + letter.len_utf8();
                }
                if source.get(at..end).is_some_and(|word| WORDS.contains(&word)) {
                    operators += 1;
                }
            }
            _ => {}
        }
        let range = start + at..start + at + character.len_utf8();
        if nesting > MAX_NESTING {
            return Err(excess(
                range,
                format!("the expression has more than {MAX_NESTING} brackets inside each other"),
            ));
        }
        if sums > MAX_SUMS {
            return Err(excess(range, format!("the expression has more than {MAX_SUMS} of `+` and `~`")));
        }
        if operators > MAX_OPERATORS {
            return Err(excess(range, format!("the expression has more than {MAX_OPERATORS} operators")));
        }
    }
    Ok(())
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Goes behind the closing quote of a literal.
fn skip_text(quote: char, characters: &mut impl Iterator<Item = (usize, char)>) {
    while let Some((_, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return;
        }
    }
}

fn excess(range: Range<usize>, message: String) -> ExprError {
    ExprError { message, fix: Some("compute it in several steps with `set`".to_owned()), range }
}
