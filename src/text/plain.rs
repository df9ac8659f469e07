//! Plain and harmless forms of text from outside.
//!
//! [`plain`] is for what the program reads (numbers, units, phones, searches): a Chinese input method
//! left on types full-width signs, which mean the same. [`harmless`] is for what the program shows:
//! imported data can hold anything, and nothing in it may move the cursor or break a column.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What stands for a character that must not reach the terminal. One column everywhere.
const SHOWN: char = '?';

/// More combining marks than this on one character are dropped: real scripts need fewer, and a
/// tower of them draws over neighbouring lines.
const MARKS: usize = 4;

/// Full-width and look-alike forms as the plain signs they stand for.
///
/// Compatibility normalisation (NFKC) takes full-width letters, digits, signs and spaces; the rest is
/// Chinese punctuation that it leaves alone, and the many dashes. Meant for values with a form
/// (numbers, units, phones, times, search), not for prose, whose punctuation it would change.
#[must_use]
pub fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    // Nearly all texts have nothing but signs that are one plain sign each, whatever stands beside them.
    let alone: Option<String> = text.chars().map(alone).collect();
    alone.unwrap_or_else(|| composed(text))
}

/// The plain sign of one that neither joins with its neighbours nor comes apart.
fn alone(c: char) -> Option<char> {
    match c {
        '\u{4e00}'..='\u{9fff}' => Some(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - FULL_WIDTH).map(plain_sign),
        c => Some(plain_sign(c)).filter(char::is_ascii),
    }
}

/// How far full-width signs are from the plain ones.
const FULL_WIDTH: u32 = 0xfee0;

/// The plain form of a text with whatever signs.
fn composed(text: &str) -> String {
    // Before normalising, so that what stood around an invisible sign can still join; and after it,
    // for what it takes apart.
    let visible = |c: &char| !is_invisible(*c);
    text.chars().filter(visible).map(plain_sign).nfkc().filter(visible).map(plain_sign).collect()
}

/// The plain sign for one that is typed in its place.
fn plain_sign(c: char) -> char {
    match c {
        // Ideographic comma and full stop.
        '\u{3001}' => ',',
        '\u{3002}' => '.',
        // Hyphens, dashes, minus, box-drawing line, katakana long mark: all typed for `-`.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{30fc}' | '\u{2e3a}' | '\u{2e3b}' => '-',
        // Wave dashes: a range.
        '\u{301c}' | '\u{3030}' | '\u{223c}' => '~',
        // Quotation marks and brackets.
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{3010}' | '\u{3014}' | '\u{3016}' => '[',
        '\u{3011}' | '\u{3015}' | '\u{3017}' => ']',
        '\u{300a}' | '\u{3008}' => '<',
        '\u{300b}' | '\u{3009}' => '>',
        // The middle dot, as in foreign names.
        '\u{30fb}' | '\u{2027}' | '\u{2022}' => '\u{b7}',
        // The fraction slash that NFKC makes of one half and its like.
        '\u{2044}' => '/',
        // The ratio sign is typed for a colon.
        '\u{2236}' => ':',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// One line that can be shown anywhere.
///
/// Tabs and line ends become spaces; control characters (escape sequences begin with one), directional
/// overrides and other invisible signs become `?` or vanish where nothing was to be seen anyway; towers of
/// combining marks are cut; a combining mark at the very beginning, which would join what is drawn before it,
/// gets a `?` to stand on. A family of joined emoji stands as its members. The result has no control character, so its width
/// is what [`super::width::width`] says.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_harmless(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(clean(text, false))
}

/// Like [`harmless`] for text of several lines: `\n` stays, `\r\n` and `\r` become `\n`.
#[must_use]
pub fn harmless_lines(text: &str) -> Cow<'_, str> {
    if text.split('\n').all(is_harmless) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(clean(&text.replace("\r\n", "\n"), true))
}

fn is_harmless(text: &str) -> bool {
    // Everything below the first combining marks is harmless except the controls; common Chinese
    // text lies in blocks without combining marks or invisible signs.
    text.chars().all(|c| {
        matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{3001}'..='\u{3029}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff9d}')
    })
}

fn clean(text: &str, keep_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut base: Option<char> = None;
    for c in text.chars() {
        if is_combining_mark(c) && !is_selector(c) {
            marks += 1;
            if marks > MARKS {
                continue;
            }
            if base.is_none() {
                out.push(SHOWN);
                base = Some(SHOWN);
            }
            out.push(c);
            continue;
        }
        let shown = match c {
            '\n' | '\r' if keep_lines => Some('\n'),
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
            // Libraries and terminals do not agree on how wide the half-width voicing marks are.
            '\u{ff9e}' => Some('\u{309b}'),
            '\u{ff9f}' => Some('\u{309c}'),
            c if c.is_control() => Some(SHOWN),
            c if is_bidi_control(c) => Some(SHOWN),
            c if is_invisible(c) || is_selector(c) => None,
            c if c.is_whitespace() => Some(if c == '\u{3000}' { c } else { ' ' }),
            c => Some(c),
        };
        if let Some(shown) = shown {
            out.push(shown);
            marks = 0;
            base = (shown != '\n').then_some(shown);
        }
    }
    out
}

/// Chooses between forms of the picture before it. A terminal that does not know the form draws one
/// of another width (xterm and tmux: a heart or a keycap with it 1 instead of 2 columns, a thumb with
/// a skin colour 4), so the picture stands without.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0100}'..='\u{e01ef}')
}

/// Signs that turn the direction of the text around them: the means of showing one thing as another.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Signs of no width that say nothing at a counter.
fn is_invisible(c: char) -> bool {
    is_bidi_control(c)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests;
