//! Callbacks 回访: the duties that wait, the worst first, an outcome in a few keys.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::case_view::CaseView;
use super::findings;
use super::list::{Cursor, List};
use crate::desk::callback::Outcome;
use crate::store::due::CallbackRow;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::word;
use crate::text::show::{show_span, show_when_short};
use crate::text::width::{Align, fit, pad, width};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Callbacks read at most: more than anybody makes in a month.
const LIMIT: usize = 1_000;
/// From this width on the case stands beside the list.
const SIDE_BY_SIDE: u16 = 100;

/// The list of callbacks beside the case that is chosen.
#[derive(Default)]
pub struct Callbacks {
    rows: Vec<CallbackRow>,
    list: List,
    view: Option<CaseView>,
    page: bool,
    overdue: usize,
    measures: Measures,
}

impl Callbacks {
    fn chosen(&self) -> Option<&CallbackRow> {
        self.rows.get(self.list.selected()?)
    }

    fn look_at_selected(&mut self, cx: &mut Cx) {
        let number = self.chosen().map(|row| row.row.case.number.clone());
        self.view = number.and_then(|number| CaseView::read(&number, self.view.take(), cx));
        self.page &= self.view.is_some();
    }

    fn outcome(slot: usize) -> Option<Outcome> {
        Outcome::ALL.get(slot).copied()
    }

    fn draw_list(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(
            look.lang,
            "ui.callbacks.title",
            &[("count", &self.rows.len().to_string()), ("overdue", &self.overdue.to_string())],
        );
        let inner = parts::framed(frame, area, look, &title, None, !self.page);
        if self.rows.is_empty() {
            parts::centred(frame, inner, look, &t(look.lang, "ui.callbacks.none", &[]));
            return;
        }
        for (y, index) in self.list.window(inner).enumerate() {
            let mut line = row_line(&self.rows[index], usize::from(inner.width), self.measures, look);
            let line = if self.list.selected() == Some(index) {
                line.spans[0] = Span::raw("\u{258c}");
                parts::chosen(line, look)
            } else {
                line
            };
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }
}

/// How wide the texts beside the matter are.
#[derive(Debug, Clone, Copy, Default)]
struct Measures {
    unit: usize,
    who: usize,
    due: usize,
    tries: usize,
}

impl Measures {
    fn of(rows: &[CallbackRow], look: &Look) -> Self {
        let widest = |text: &dyn Fn(&CallbackRow) -> String, most: usize| {
            rows.iter().map(|row| width(&harmless(&text(row)))).max().unwrap_or(0).min(most)
        };
        Self {
            unit: widest(&|row| row.row.case.unit.clone().unwrap_or_default(), 11),
            who: widest(&|row| row.row.case.contact.clone().unwrap_or_default(), 8),
            due: widest(&|row| due_text(row, look), 12),
            tries: widest(&|row| tries_text(row, look), 10),
        }
    }
}

fn due_text(row: &CallbackRow, look: &Look) -> String {
    if row.next_at < look.now {
        let span = show_span((look.now - row.next_at).num_minutes(), look.lang);
        t(look.lang, "ui.overdue_by", &[("span", &span)])
    } else {
        show_when_short(row.next_at, look.now, look.settings.calendar.tz())
    }
}

fn tries_text(row: &CallbackRow, look: &Look) -> String {
    match row.attempts {
        0 => String::new(),
        tries
            if usize::try_from(tries)
                .is_ok_and(|tries| tries >= crate::desk::callback::ATTEMPTS_BEFORE_VISIT) =>
        {
            t(look.lang, "ui.callbacks.visit", &[])
        }
        tries => t(look.lang, "ui.callbacks.tries", &[("count", &tries.to_string())]),
    }
}

fn row_line(row: &CallbackRow, columns: usize, measures: Measures, look: &Look) -> Line<'static> {
    let case = &row.row.case;
    let late = row.next_at < look.now;
    let soon = !late && (row.next_at - look.now).num_minutes() <= i64::from(look.settings.soon_minutes);
    let mark = match (late, soon) {
        (true, _) => parts::Mark::Overdue,
        (false, true) => parts::Mark::Soon,
        _ => parts::Mark::Waiting,
    };
    let mark = parts::mark(mark, look);
    let style = mark.style;
    let text = look.theme.style(Role::Text);
    let cell = |text: &str, cols: usize| {
        let gap = if cols == 0 { "" } else { " " };
        format!("{}{gap}", pad(&fit(&harmless(text), cols), cols, Align::Left))
    };
    let wide = |cols: usize| cols + usize::from(cols > 0);
    let Measures { unit, who, due, tries } = measures;
    let rest = columns.saturating_sub(3 + 12 + wide(unit) + wide(who) + 1 + wide(due) + tries);
    Line::from(vec![
        Span::raw(" "),
        Span::styled(pad(&mark.content, 2, Align::Left), style),
        Span::styled(cell(&findings::short(&case.number), 11), text),
        Span::styled(cell(case.unit.as_deref().unwrap_or_default(), unit), text),
        Span::styled(cell(case.contact.as_deref().unwrap_or_default(), who), text),
        Span::styled(cell(&look.summary(case), rest), text),
        Span::styled(cell(&due_text(row, look), due), style),
        Span::styled(cell(&tries_text(row, look), tries), look.theme.style(Role::DueSoon)),
    ])
}

impl Screen for Callbacks {
    fn refresh(&mut self, cx: &mut Cx) {
        let kept = self.chosen().map(|row| (row.row.case.number.clone(), row.id));
        self.rows = cx.read(cx.store.callbacks(None, LIMIT)).unwrap_or_default();
        self.overdue = self.rows.iter().filter(|row| row.next_at < cx.now).count();
        let place = kept.and_then(|(number, id)| {
            self.rows.iter().position(|row| row.row.case.number == number && row.id == id)
        });
        self.measures = Measures::of(&self.rows, &cx.look());
        self.list.set_len(self.rows.len(), place);
        self.look_at_selected(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        if area.width >= SIDE_BY_SIDE {
            let [list, side] =
                Layout::horizontal([Constraint::Percentage(60), Constraint::Percentage(40)]).areas(area);
            self.draw_list(frame, list, look);
            match &mut self.view {
                // The resident is to be rung: here the number stands in full.
                Some(view) => view.draw(frame, side, look, true),
                None => {
                    parts::framed(frame, side, look, "", None, false);
                }
            }
        } else if let Some(view) = self.view.as_mut().filter(|_| self.page) {
            view.draw(frame, area, look, true);
        } else {
            self.view.iter_mut().for_each(CaseView::hide);
            self.draw_list(frame, area, look);
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Event::Mouse(mouse) = event {
            if let (Some(view), Some(lines)) = (&mut self.view, super::wheel(*mouse))
                && view.is_under(mouse.column, mouse.row)
            {
                view.scroll_by(lines);
                return true;
            }
            let moved = self.list.mouse(*mouse);
            if moved == Cursor::Moved {
                self.look_at_selected(cx);
            }
            return moved != Cursor::Ignored;
        }
        let Event::Key(key) = event else { return false };
        let command = cx.keymap.resolve(key, Place::List);
        let outcome = command.and_then(Command::slot).and_then(Self::outcome);
        if let (Some(outcome), Some(row)) = (outcome, self.chosen()) {
            cx.send(Message::Act(row.row.case.number.clone(), outcome.action()));
            return true;
        }
        match (command, key.code) {
            (Some(Command::Actions), _) => {
                if let Some(view) = &self.view {
                    cx.send(Message::Push(super::actions_menu(view)));
                }
            }
            (Some(Command::Print), _) => {
                if let Some(view) = &self.view
                    && let Some(dialog) = super::print_case(view.number(), cx)
                {
                    cx.send(Message::Push(dialog));
                }
            }
            (Some(Command::Household), _) => {
                if let Some(unit) = self.view.as_ref().and_then(|view| view.unit()) {
                    cx.send(Message::ShowHousehold(unit.to_owned()));
                }
            }
            (_, KeyCode::Enter) => {
                if let Some(row) = self.chosen() {
                    cx.send(Message::ShowCase(row.row.case.number.clone()));
                }
            }
            (Some(Command::NextFilter), _) => self.page = !self.page && self.view.is_some(),
            (_, KeyCode::Esc) if self.page => self.page = false,
            (_, code) => {
                if (self.page || matches!(code, KeyCode::Left | KeyCode::Right))
                    && self.view.as_mut().is_some_and(|view| view.key(code, cx))
                {
                    return true;
                }
                let moved = self.list.key(code);
                if moved == Cursor::Moved {
                    self.look_at_selected(cx);
                }
                return moved != Cursor::Ignored;
            }
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let Some(row) = self.chosen() else { return Vec::new() };
        Outcome::ALL
            .iter()
            .zip(Command::SLOTS)
            .map(|(outcome, command)| Hint {
                key: look.keymap.label(command),
                does: word(look.lang, &row.row.case.kind, "action", outcome.action()),
            })
            .chain([Hint { key: "Enter".into(), does: t(look.lang, "ui.key.show", &[]) }])
            .collect()
    }

    fn help_topic(&self) -> &'static str {
        "callbacks"
    }
}
