//! Columns: how wide a text is drawn, and cutting, padding and wrapping by that.
//!
//! Widths are counted the way `ratatui` fills its cells: grapheme by grapheme, leaving out those
//! with control characters. Text from outside goes through [`super::plain::harmless`] first.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Where the spaces go in [`pad`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Text first.
    #[default]
    Left,
    /// Spaces first: for numbers.
    Right,
    /// Half before, half after.
    Center,
}

/// What stands for a cut-off rest. Not the one-character ellipsis: many Chinese terminals draw that
/// two columns wide.
const MARK: &str = "..";

/// Signs that must not begin a line.
const CLOSING: &str = include_str!("../../assets/line_start_forbidden.txt");
/// Signs that must not end a line.
const OPENING: &str = include_str!("../../assets/line_end_forbidden.txt");

/// Columns of one grapheme.
#[must_use]
pub fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) {
        return 0;
    }
    // Half-width voicing marks count as combining in Unicode, but terminals and ratatui give them
    // a cell of their own.
    let marks = grapheme.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
    grapheme.width() + marks
}

/// Columns that a text takes on one line.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.len();
    }
    text.graphemes(true).map(grapheme_width).sum()
}

/// The longest beginning of whole graphemes that takes at most `cols` columns.
#[must_use]
pub fn prefix(text: &str, cols: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > cols {
            return &text[..at];
        }
    }
    text
}

/// The text itself if it fits into `cols` columns, else its beginning with `..` for the rest.
///
/// Never wider than `cols`, perhaps one column narrower (before a wide character); pads nothing.
#[must_use]
pub fn fit(text: &str, cols: usize) -> String {
    if width(text) <= cols {
        return text.to_owned();
    }
    if cols <= MARK.len() {
        return prefix(text, cols).to_owned();
    }
    let mut cut = prefix(text, cols - MARK.len()).to_owned();
    cut.push_str(MARK);
    cut
}

/// Exactly `cols` columns: cut like [`fit`] when too wide, filled with spaces when too narrow.
#[must_use]
pub fn pad(text: &str, cols: usize, align: Align) -> String {
    let text = fit(text, cols);
    let spaces = cols.saturating_sub(width(&text));
    let before = match align {
        Align::Left => 0,
        Align::Right => spaces,
        Align::Center => spaces / 2,
    };
    let mut out = " ".repeat(before);
    out.push_str(&text);
    out.push_str(&" ".repeat(spaces - before));
    out
}

/// Breaks a text into lines of at most `cols` columns (at least 2 are taken).
///
/// Breaks at `\n`, after spaces and hyphens, and between wide characters; a word longer than a line
/// is broken anywhere. No line begins with a closing sign or ends with an opening one, where that can
/// be avoided. Spaces at a break are dropped. Always gives at least one line.
#[must_use]
pub fn wrap(text: &str, cols: usize) -> Vec<String> {
    let cols = cols.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph.trim_end_matches('\r'), cols, &mut lines);
    }
    lines
}

fn wrap_paragraph(text: &str, cols: usize, lines: &mut Vec<String>) {
    let cells: Vec<(&str, usize)> =
        text.graphemes(true).map(|grapheme| (grapheme, grapheme_width(grapheme))).collect();
    let mut begin = 0;
    loop {
        let mut used = 0;
        let mut end = begin;
        while end < cells.len() && used + cells[end].1 <= cols {
            used += cells[end].1;
            end += 1;
        }
        if end == cells.len() {
            lines.push(join(&cells[begin..end]));
            return;
        }
        // A grapheme wider than the line stands alone rather than never.
        let full = end.max(begin + 1);
        if full == cells.len() {
            lines.push(join(&cells[begin..]));
            return;
        }
        let at = if is_space(cells[full].0) {
            full
        } else {
            (begin + 1..=full).rev().find(|&at| may_break(&cells, at)).unwrap_or(full)
        };
        lines.push(join(&cells[begin..at]).trim_end_matches(' ').to_owned());
        begin = at;
        while begin < cells.len() && is_space(cells[begin].0) {
            begin += 1;
        }
        if begin == cells.len() {
            return;
        }
    }
}

fn join(cells: &[(&str, usize)]) -> String {
    cells.iter().map(|(grapheme, _)| *grapheme).collect()
}

fn is_space(grapheme: &str) -> bool {
    grapheme == " "
}

/// Whether a line may end before cell `at`.
fn may_break(cells: &[(&str, usize)], at: usize) -> bool {
    let (before, after) = (cells[at - 1], cells[at]);
    if is_space(before.0) {
        return !is_space(after.0);
    }
    if listed(CLOSING, after.0) || listed(OPENING, before.0) {
        return false;
    }
    before.1 == 2 || after.1 == 2 || (before.0 == "-" && at >= 2 && !is_space(cells[at - 2].0))
}

fn listed(list: &str, grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|sign| !sign.is_whitespace() && list.contains(sign))
}

#[cfg(test)]
mod tests;
