//! The cases behind a number of a report.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::counter::reports;
use crate::desk::report::Behind;
use crate::store::cases::Row;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::{stamp, word};
use crate::text::width::{Align, fit, pad};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::screens::list::{Cursor, List};
use crate::ui::theme::Role;

/// Most cases that are listed.
const MOST: usize = 500;

/// A list of cases that were counted together.
pub struct BehindScreen {
    title: String,
    behind: Behind,
    rows: Vec<Row>,
    list: List,
}

impl BehindScreen {
    /// The cases behind a number that is named so.
    pub fn new(title: String, behind: Behind) -> Self {
        Self { title, behind, rows: Vec::new(), list: List::default() }
    }
}

impl Screen for BehindScreen {
    fn refresh(&mut self, cx: &mut Cx) {
        let chosen = self.list.selected().and_then(|at| self.rows.get(at)).map(|row| row.id);
        let read = reports::behind(cx.store, cx.session, &self.behind, MOST);
        self.rows = cx.tell(read).unwrap_or_default();
        let place = chosen.and_then(|id| self.rows.iter().position(|row| row.id == id));
        self.list.set_len(self.rows.len(), place);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &self.title, None, true);
        if self.rows.is_empty() {
            parts::centred(frame, inner, look, &t(look.lang, "report.nothing", &[]));
        }
        let tz = look.settings.calendar.tz();
        let rest = usize::from(inner.width).saturating_sub(18 + 17 + 12 + 17);
        for (y, index) in self.list.window(inner).enumerate() {
            let case = &self.rows[index].case;
            let cell = |text: &str, cols: usize| pad(&fit(&harmless(text), cols), cols, Align::Left);
            let unit = case.unit.as_deref().or(case.contact.as_deref()).unwrap_or_default();
            let text = format!(
                "{} {} {} {} {}",
                cell(&case.number, 16),
                cell(&stamp(case.opened_at, tz), 16),
                cell(unit, 11),
                cell(&look.summary(case), rest),
                cell(&word(look.lang, &case.kind, "state", &case.state), 16),
            );
            let mut line = Line::from(vec![Span::raw(" "), Span::styled(text, look.theme.style(Role::Text))]);
            if self.list.selected() == Some(index) {
                line.spans[0] = Span::raw("\u{258c}");
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match event {
            Event::Mouse(mouse) => self.list.mouse(*mouse) != Cursor::Ignored,
            Event::Key(key) => match key.code {
                KeyCode::Esc => {
                    cx.send(Message::Close);
                    true
                }
                KeyCode::Enter => {
                    if let Some(row) = self.list.selected().and_then(|at| self.rows.get(at)) {
                        cx.send(Message::ShowCase(row.case.number.clone()));
                    }
                    true
                }
                code => self.list.key(code) != Cursor::Ignored,
            },
            _ => false,
        }
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.show", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn help_topic(&self) -> &'static str {
        "report"
    }
}
