//! The rows of a kind's list, in columns that keep their place whatever the width of the text.

use std::borrow::Cow;
use std::collections::HashMap;

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

/// Columns of a number without prefix and year.
const NUMBER: usize = 8;
/// The matter keeps so many columns, whatever stands beside it.
const SUMMARY: usize = 16;

/// How wide the texts of a list are, measured when it is read: what stands beside the matter takes
/// no more than it needs, and the matter keeps its place while the list is gone through.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measures {
    unit: usize,
    state: usize,
    due: usize,
}

impl Measures {
    /// Measures the rows of a list.
    pub fn of(kind: &Kind, rows: &[Row], uses: &HashMap<String, u64>, look: &Look) -> Self {
        let mut states: Vec<&str> = rows.iter().map(|row| row.case.state.as_str()).collect();
        states.sort_unstable();
        states.dedup();
        let state = states.iter().map(|state| width(&word(look.lang, kind.id, "state", state))).max();
        let due = rows.iter().map(|row| width(&due_text(kind, row, look))).max();
        Self {
            unit: rows
                .iter()
                .map(|row| width(&harmless(&who(kind, row, uses, look))))
                .max()
                .unwrap_or(0)
                .clamp(6, 11),
            state: state.unwrap_or(0).max(width(&t(look.lang, "ui.column.state", &[]))).min(18),
            due: due.filter(|due| *due > 0).map_or(0, |due| due.clamp(5, 12)),
        }
    }
}

/// Columns of text: unit, summary, state, due.
struct Widths {
    unit: usize,
    summary: usize,
    state: usize,
    due: usize,
}

impl Widths {
    fn of(total: usize, measures: Measures) -> Self {
        let Measures { unit, state, due } = measures;
        // Mark and selection take three columns, gaps between columns one each.
        let rest = |state: usize| total.saturating_sub(3 + NUMBER + unit + state + due + 4);
        let state = state.saturating_sub(SUMMARY.saturating_sub(rest(state))).max(state.min(6));
        Self { unit, summary: rest(state), state, due }
    }
}

/// The unit, or who it is about where there is none; how often it was used where that is counted.
fn who<'a>(kind: &Kind, row: &'a Row, uses: &HashMap<String, u64>, look: &Look) -> Cow<'a, str> {
    if kind.used.is_some() {
        let count = uses.get(&row.case.number).copied().unwrap_or_default();
        return t(look.lang, "ui.answer.times", &[("count", &count.to_string())]).into();
    }
    row.case.unit.as_deref().or(row.case.contact.as_deref()).unwrap_or_default().into()
}

/// The rows of a list with what is needed to draw them.
pub struct Rows<'a> {
    /// Their kind.
    pub kind: &'a Kind,
    /// Themselves.
    pub all: &'a [Row],
    /// How often each was used, where that is counted.
    pub uses: &'a HashMap<String, u64>,
    /// How wide they are.
    pub measures: Measures,
}

/// Draws the heading and the rows in sight.
pub fn draw(frame: &mut Frame, area: Rect, look: &Look, rows: &Rows, list: &mut List) {
    if area.height < 2 {
        return;
    }
    let widths = Widths::of(usize::from(area.width), rows.measures);
    let head = |key: &str| t(look.lang, key, &[]);
    let cells = [
        pad(&head("ui.column.number"), NUMBER, Align::Left),
        pad(&head("ui.column.unit"), widths.unit, Align::Left),
        pad(&head("ui.column.summary"), widths.summary, Align::Left),
        pad(&head("ui.column.state"), widths.state, Align::Left),
        pad(&head("ui.column.due"), widths.due, Align::Left),
    ];
    let heading = Line::styled(format!("   {}", cells.join(" ")), look.theme.style(Role::Dim));
    frame.render_widget(heading, Rect { height: 1, ..area });
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    for (y, index) in list.window(body).enumerate() {
        let line = row_line(look, rows, index, &widths);
        let place = Rect { y: body.y + y as u16, height: 1, ..body };
        let line = if list.selected() == Some(index) {
            let mut line = line;
            line.spans[0] = Span::raw("\u{258c}");
            parts::chosen(line, look)
        } else {
            line
        };
        frame.render_widget(line, place);
    }
}

fn row_line(look: &Look, rows: &Rows, index: usize, widths: &Widths) -> Line<'static> {
    let (kind, row) = (rows.kind, &rows.all[index]);
    let case = &row.case;
    let phase = kind.phase(&case.state);
    let mark = parts::mark(urgency_mark(row, look, phase), look);
    // The prefix and the year are the same all the way down: `1124-007`.
    let short =
        case.number.split_once('-').map_or(case.number.as_str(), |(_, rest)| rest.get(4..).unwrap_or(rest));
    let cell = |text: &str, cols: usize| pad(&fit(&harmless(text), cols), cols, Align::Left);
    let style = mark.style;
    let text =
        if kind.ends(&case.state) { look.theme.style(Role::Dim) } else { look.theme.style(Role::Text) };
    Line::from(vec![
        Span::raw(" "),
        Span::styled(pad(&mark.content, 2, Align::Left), style),
        Span::styled(format!("{} ", cell(short, NUMBER)), text),
        Span::styled(format!("{} ", cell(&who(kind, row, rows.uses, look), widths.unit)), text),
        Span::styled(format!("{} ", cell(&look.summary(case), widths.summary)), text),
        Span::styled(
            format!("{} ", cell(&word(look.lang, kind.id, "state", &case.state), widths.state)),
            style,
        ),
        Span::styled(cell(&due_text(kind, row, look), widths.due), style),
    ])
}

/// When something is due or ends, by how much it is late, or how long a visitor is inside.
fn due_text(kind: &Kind, row: &Row, look: &Look) -> String {
    let due = [row.due_at, row.callback_at].into_iter().flatten().min();
    match due {
        Some(due) if due < look.now => {
            let span = show_span((look.now - due).num_minutes(), look.lang);
            t(look.lang, "ui.overdue_by", &[("span", &span)])
        }
        Some(due) => show_when_short(due, look.now, look.settings.calendar.tz()),
        None if (kind.inside)(&row.case) => {
            show_span((look.now - row.case.opened_at).num_minutes(), look.lang)
        }
        None => match (kind.expires)(&row.case) {
            Some((until, _)) => show_when_short(until, look.now, look.settings.calendar.tz()),
            None => String::new(),
        },
    }
}
