//! Text of a file in a message.

/// The most characters of a name that are shown.
const MOST: usize = 80;

/// `text` on one line and without control characters, cut if it is long.
pub(super) fn printable(text: &str) -> String {
    let mut shown: String = text.escape_debug().take(MOST).collect();
    if shown.len() < text.len() && shown.chars().count() == MOST {
        shown.push('…');
    }
    shown
}
