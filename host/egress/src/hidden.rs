//! Characters that are not seen.

/// Control characters, marks that change the direction, what Unicode calls default ignorable, separators of lines, blanks that
/// look like nothing at all, and what has no meaning that all readers share: private use and noncharacters.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || is_noncharacter(character)
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}')
}

/// The last two of each plane, and 32 in between.
fn is_noncharacter(character: char) -> bool {
    u32::from(character) & 0xfffe == 0xfffe || matches!(character, '\u{fdd0}'..='\u{fdef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_hidden() {
        for character in [
            '\u{2800}',
            '\u{e000}',
            '\u{f8ff}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{1fffe}',
            '\u{fdd0}',
            '\u{3164}',
            '\u{115f}',
            '\u{1160}',
            '\u{ffa0}',
            '\u{fe0f}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{f0000}',
            '\u{10ffff}',
            '\u{180e}',
        ] {
            assert!(is_hidden(character), "{}", character.escape_unicode());
        }
        for character in ['a', 'é', '会', '\u{2801}', '❤', '\u{fffd}', '👩', '\u{a0}'] {
            assert!(!is_hidden(character), "{}", character.escape_unicode());
        }
    }
}
