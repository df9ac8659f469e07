//! What an import would do, or did: counts above, refused rows with their reasons below.

use crossterm::event::Event;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::list::{Cursor, List};
use crate::counter::directory::ImportReport;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::show::show_money;
use crate::text::width::{Align, fit, pad, wrap};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Lines kept for the whole reason of the chosen row.
const REASON_LINES: u16 = 3;

/// A report to look through.
pub(super) struct Outcome {
    report: ImportReport,
    list: List,
}

impl Outcome {
    pub(super) fn new(report: ImportReport) -> Self {
        let mut list = List::default();
        list.set_len(report.problems.len(), Some(0));
        Self { report, list }
    }

    pub(super) const fn report(&self) -> &ImportReport {
        &self.report
    }

    /// Whether taking it would change nothing.
    pub(super) const fn brings_nothing(&self) -> bool {
        self.report.added == 0 && self.report.changed == 0 && self.report.households_changed == 0
    }

    /// Handles an event; `false` if it is none of a list's.
    pub(super) fn event(&mut self, event: &Event) -> bool {
        match event {
            Event::Key(key) => self.list.key(key.code) != Cursor::Ignored,
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                self.list.click(mouse.column, mouse.row) != Cursor::Ignored
            }
            _ => false,
        }
    }

    pub(super) fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look, done: bool) {
        let line = |y: u16| Rect { y: area.y + y, height: 1, ..area };
        let width = usize::from(area.width);
        let key = if done { "import.outcome.done" } else { "import.outcome.trial" };
        let said = fit(&t(look.lang, key, &[("read", &self.report.read.to_string())]), width);
        frame.render_widget(Line::styled(said, look.theme.style(Role::Title)), line(0));
        let counts = [
            ("added", self.report.added, Role::Done),
            ("changed", self.report.changed, Role::Accent),
            ("unchanged", self.report.unchanged, Role::Dim),
            ("refused", self.report.refused, if self.report.refused > 0 { Role::Error } else { Role::Dim }),
        ];
        let spans = counts.map(|(key, count, role)| {
            let word = t(look.lang, &format!("exchange.report.{key}"), &[]);
            Span::styled(format!(" {word} {count}  "), look.theme.style(role))
        });
        frame.render_widget(Line::from(spans.to_vec()), line(1));
        let households = match (&self.report.owed, self.report.worth) {
            (Some(owed), _) => t(
                look.lang,
                "exchange.owed",
                &[
                    ("count", &owed.households.to_string()),
                    ("total", &show_money(owed.total)),
                    ("cleared", &owed.cleared.len().to_string()),
                ],
            ),
            (None, Some(worth)) => t(look.lang, "exchange.worth", &[("total", &show_money(worth))]),
            (None, None) => t(
                look.lang,
                "import.outcome.households",
                &[
                    ("added", &self.report.households_added.to_string()),
                    ("changed", &self.report.households_changed.to_string()),
                ],
            ),
        };
        frame.render_widget(
            Line::styled(fit(&format!(" {households}"), width), look.theme.style(Role::Dim)),
            line(2),
        );
        if let Some(owed) = self.report.owed.as_ref().filter(|owed| !owed.cleared.is_empty()) {
            let words = t(look.lang, "exchange.cleared", &[("units", &owed.cleared.join(" "))]);
            let words = fit(&harmless(&format!(" {words}")), width);
            frame.render_widget(Line::styled(words, look.theme.style(Role::Accent)), line(3));
        }
        let body = Rect { y: area.y + 4, height: area.height.saturating_sub(4), ..area };
        if self.report.problems.is_empty() {
            parts::centred(frame, body, look, &t(look.lang, "import.outcome.no_problem", &[]));
            return;
        }
        let column = if width >= 98 { 20 } else { 14 };
        let head = [("row", 7), ("column", column + 1), ("reason", 20)].map(|(key, columns)| {
            pad(&t(look.lang, &format!("exchange.report.{key}"), &[]), columns, Align::Left)
        });
        frame.render_widget(
            Line::styled(format!(" {}", head.concat()), look.theme.style(Role::Title)),
            Rect { height: 1, ..body },
        );
        let rows = Rect { y: body.y + 1, height: body.height.saturating_sub(1 + REASON_LINES), ..body };
        for (y, at) in self.list.window(rows).enumerate() {
            let problem = &self.report.problems[at];
            let reason = problem.reason.say(look.lang);
            let text = format!(
                " {} {} {}",
                pad(&problem.row.to_string(), 6, Align::Left),
                pad(&harmless(&problem.column), column, Align::Left),
                fit(&harmless(&reason), width.saturating_sub(column + 10)),
            );
            let role = if self.list.selected() == Some(at) { Role::Selected } else { Role::Text };
            let place = Rect { y: rows.y + y as u16, height: 1, ..rows };
            frame.render_widget(Line::styled(text, look.theme.style(role)), place);
        }
        // The whole reason of the chosen row: in the list it may be cut.
        if let Some(problem) = self.list.selected().and_then(|at| self.report.problems.get(at)) {
            let reason = harmless(&problem.reason.say(look.lang)).into_owned();
            for (y, text) in
                wrap(&reason, width.saturating_sub(2)).into_iter().take(usize::from(REASON_LINES)).enumerate()
            {
                let place = Rect { y: rows.bottom() + y as u16, height: 1, ..rows };
                frame.render_widget(Line::styled(format!(" {text}"), look.theme.style(Role::Error)), place);
            }
        }
    }
}
