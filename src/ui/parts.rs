//! Small parts that every screen draws with.

pub mod household;
pub mod markdown;
pub mod options;
pub mod scores;
pub mod text;

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Color, Modifier};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Gauge, Paragraph};

use super::cx::Hint;
use super::look::Look;
use super::theme::Role;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::{fit, width, wrap};

/// What the mark in front of a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Its time has passed.
    Overdue,
    /// Its time is near.
    Soon,
    /// At the front of the queue.
    Front,
    /// To be done here.
    Todo,
    /// Somebody is at work on it.
    Doing,
    /// Waits for somebody outside.
    Waiting,
    /// Done.
    Done,
    /// Void.
    Void,
}

/// The mark itself: ASCII, so that no terminal draws it wider than it is.
#[must_use]
pub fn mark(mark: Mark, look: &Look) -> Span<'static> {
    let (text, role) = match mark {
        Mark::Overdue => ("!!", Role::Overdue),
        Mark::Soon => ("!", Role::DueSoon),
        Mark::Front => ("^", Role::DueSoon),
        Mark::Todo => (">", Role::Accent),
        Mark::Doing => ("~", Role::Text),
        Mark::Waiting => ("..", Role::Waiting),
        Mark::Done => ("v", Role::Done),
        Mark::Void => ("x", Role::Dim),
    };
    Span::styled(text, look.theme.style(role))
}

/// The line of the chosen row. Its pieces have a ground of their own, so each is marked.
#[must_use]
pub fn chosen<'a>(line: Line<'a>, look: &Look) -> Line<'a> {
    let mut style = look.theme.style(Role::Selected);
    if style.add_modifier.contains(Modifier::REVERSED) {
        // Reversed, each piece's colour would become a block of its own.
        style = style.fg(Color::Reset);
    }
    let mut line = line.patch_style(style);
    line.spans = line.spans.into_iter().map(|span| span.patch_style(style)).collect();
    line
}

/// Draws a frame and gives the area inside.
pub fn framed(
    frame: &mut Frame,
    area: Rect,
    look: &Look,
    title: &str,
    foot: Option<&str>,
    focused: bool,
) -> Rect {
    let role = if focused { Role::FrameFocused } else { Role::Frame };
    let room = usize::from(area.width).saturating_sub(4);
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(look.theme.style(role))
        .style(look.theme.style(Role::Text));
    if !title.is_empty() {
        let title = format!(" {} ", fit(&harmless(title), room));
        block = block.title(Line::styled(title, look.theme.style(Role::Title)));
    }
    if let Some(foot) = foot {
        let foot = format!(" {} ", fit(&harmless(foot), room));
        block =
            block.title_bottom(Line::styled(foot, look.theme.style(Role::Dim)).alignment(Alignment::Right));
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

/// A sentence in the middle of an empty area.
pub fn centred(frame: &mut Frame, area: Rect, look: &Look, words: &str) {
    let lines = wrap(words, usize::from(area.width).saturating_sub(4).max(1));
    let y = area.y + area.height.saturating_sub(lines.len() as u16) / 2;
    for (row, line) in lines.into_iter().enumerate() {
        let place = Rect { y: y + row as u16, height: 1, ..area };
        if place.bottom() <= area.bottom() {
            let line = Line::styled(line, look.theme.style(Role::Dim)).alignment(Alignment::Center);
            frame.render_widget(line, place);
        }
    }
}

/// A rectangle of that size in the middle of an area, as large as fits.
#[must_use]
pub fn centre(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - rows) / 2,
        width: columns,
        height: rows,
    }
}

/// Clears the place of a popup. A wide character that its left edge would cut in half is blanked
/// whole, else the terminal draws the border one column off.
pub fn clear_under(frame: &mut Frame, popup: Rect) {
    if popup.x > 0 {
        let buffer = frame.buffer_mut();
        for y in popup.y..popup.bottom() {
            if let Some(cell) = buffer.cell_mut((popup.x - 1, y))
                && width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
    }
    frame.render_widget(Clear, popup);
}

/// What stands there when the terminal is too small to work on.
pub fn too_small(frame: &mut Frame, area: Rect, look: &Look, smallest: (u16, u16)) {
    let words = t(
        look.lang,
        "ui.too_small",
        &[
            ("width", &area.width.to_string()),
            ("height", &area.height.to_string()),
            ("least_width", &smallest.0.to_string()),
            ("least_height", &smallest.1.to_string()),
        ],
    );
    let lines: Vec<Line> = wrap(&words, usize::from(area.width).max(1)).into_iter().map(Line::raw).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// Columns that a key takes on the line of keys.
#[must_use]
pub fn hint_columns(hint: &Hint) -> usize {
    width(&hint.key) + width(&hint.does) + 3
}

/// How many lines of that width the keys take, in their order.
#[must_use]
pub fn key_lines(hints: &[Hint], columns: u16) -> usize {
    let all = usize::from(columns).saturating_sub(1);
    let mut lines = 1;
    let mut room = all;
    for hint in hints.iter().map(hint_columns) {
        if hint > room && room < all {
            lines += 1;
            room = all;
        }
        room = room.saturating_sub(hint);
    }
    lines
}

/// The line of keys, or the lines: as many as fit, the first ones first.
pub fn key_line(frame: &mut Frame, area: Rect, look: &Look, hints: &[Hint]) {
    let ground = look.theme.style(Role::Text);
    let lead = || vec![Span::styled(" ", ground)];
    let all = usize::from(area.width).saturating_sub(1);
    let mut lines = vec![lead()];
    let mut room = all;
    for hint in hints {
        let columns = hint_columns(hint);
        if columns > room && lines.len() < usize::from(area.height) {
            lines.push(lead());
            room = all;
        }
        if columns > room {
            break;
        }
        room -= columns;
        let line = lines.len() - 1;
        lines[line].push(Span::styled(hint.key.clone(), look.theme.style(Role::Key)));
        lines[line].push(Span::styled(format!(" {}  ", hint.does), ground));
    }
    for (y, spans) in lines.into_iter().enumerate() {
        let place = Rect { y: area.y + y as u16, height: 1, ..area };
        frame.render_widget(Line::from(spans).style(ground), place);
    }
}

/// Long work under way, on top of what is below: the words of its present part, and a bar of how much of how
/// much is done; an empty one where nobody knows.
pub fn progress(
    frame: &mut Frame,
    area: Rect,
    look: &Look,
    (title, words, label): (&str, &str, &str),
    (done, all): (u64, u64),
) {
    let popup = centre(area, 60, 7);
    clear_under(frame, popup);
    let inner = framed(frame, popup, look, title, None, true);
    let line = Rect { y: inner.y + 1, height: 1, ..inner };
    frame.render_widget(Line::styled(format!(" {words}"), look.theme.style(Role::Text)), line);
    let bar = Rect { x: inner.x + 1, y: inner.y + 3, width: inner.width.saturating_sub(2), height: 1 };
    let ratio = if all == 0 { 0.0 } else { (done as f64 / all as f64).clamp(0.0, 1.0) };
    let gauge = Gauge::default().ratio(ratio).label(label.to_owned());
    let gauge = gauge.gauge_style(look.theme.style(Role::Selected)).style(look.theme.style(Role::Field));
    frame.render_widget(gauge, bar);
}
