//! The rows of a kind's list, in columns that keep their place whatever the width of the text.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cases::urgency_mark;
use super::list::List;
use crate::desk::kind::Kind;
use crate::store::cases::Row;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::word;
use crate::text::show::{show_span, show_when_short};
use crate::text::width::{Align, fit, pad, width};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Columns of text: number, unit, summary, state, due.
struct Widths {
    number: usize,
    unit: usize,
    summary: usize,
    state: usize,
    due: usize,
}

impl Widths {
    fn of(total: usize, states: usize) -> Self {
        let (number, due) = (9, 11);
        let state = states.clamp(6, 12);
        let unit = if total >= 70 { 13 } else { 10 };
        // Mark and selection take three columns, gaps between columns one each.
        let summary = total.saturating_sub(3 + number + unit + state + due + 4);
        Self { number, unit, summary, state, due }
    }
}

/// Draws the heading and the rows in sight.
pub fn draw(frame: &mut Frame, area: Rect, look: &Look, kind: &Kind, rows: &[Row], list: &mut List) {
    if area.height < 2 {
        return;
    }
    let states =
        kind.states.iter().map(|s| width(&word(look.lang, kind.id, "state", s.id))).max().unwrap_or(6);
    let widths = Widths::of(usize::from(area.width), states);
    let head = |key: &str| t(look.lang, key, &[]);
    let cells = [
        pad(&head("ui.column.number"), widths.number, Align::Left),
        pad(&head("ui.column.unit"), widths.unit, Align::Left),
        pad(&head("ui.column.summary"), widths.summary, Align::Left),
        pad(&head("ui.column.state"), widths.state, Align::Left),
        pad(&head("ui.column.due"), widths.due, Align::Left),
    ];
    let heading = Line::styled(format!("   {}", cells.join(" ")), look.theme.style(Role::Dim));
    frame.render_widget(heading, Rect { height: 1, ..area });
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    for (y, index) in list.window(body).enumerate() {
        let line = row_line(look, kind, &rows[index], &widths);
        let place = Rect { y: body.y + y as u16, height: 1, ..body };
        let line = if list.selected() == Some(index) {
            let mut line = line;
            line.spans[0] = Span::raw("\u{258c}");
            line.patch_style(look.theme.style(Role::Selected))
        } else {
            line
        };
        frame.render_widget(line, place);
    }
}

fn row_line(look: &Look, kind: &Kind, row: &Row, widths: &Widths) -> Line<'static> {
    let case = &row.case;
    let phase = kind.phase(&case.state);
    let mark = parts::mark(urgency_mark(row, look, phase), look);
    // The prefix and the year are the same all the way down: `1124-007`.
    let short =
        case.number.split_once('-').map_or(case.number.as_str(), |(_, rest)| rest.get(4..).unwrap_or(rest));
    let who = case.unit.as_deref().or(case.contact.as_deref()).unwrap_or_default();
    let cell = |text: &str, cols: usize| pad(&fit(&harmless(text), cols), cols, Align::Left);
    let style = mark.style;
    let text =
        if kind.ends(&case.state) { look.theme.style(Role::Dim) } else { look.theme.style(Role::Text) };
    Line::from(vec![
        Span::raw(" "),
        Span::styled(pad(&mark.content, 2, Align::Left), style),
        Span::styled(format!("{} ", cell(short, widths.number)), text),
        Span::styled(format!("{} ", cell(who, widths.unit)), text),
        Span::styled(format!("{} ", cell(&case.summary, widths.summary)), text),
        Span::styled(
            format!("{} ", cell(&word(look.lang, kind.id, "state", &case.state), widths.state)),
            style,
        ),
        Span::styled(cell(&due_text(row, look), widths.due), style),
    ])
}

/// When something is due, or by how much it is late.
fn due_text(row: &Row, look: &Look) -> String {
    let due = [row.due_at, row.callback_at].into_iter().flatten().min();
    match due {
        Some(due) if due < look.now => {
            let span = show_span((look.now - due).num_minutes(), look.lang);
            t(look.lang, "ui.overdue_by", &[("span", &span)])
        }
        Some(due) => show_when_short(due, look.now, look.settings.calendar.tz()),
        None => String::new(),
    }
}
