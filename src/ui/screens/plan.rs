//! What is free: the day plan of things that are booked by the hour, the stock of things that are lent.

use chrono::{DateTime, Days, NaiveDate, Utc};
use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Cell};

use crate::counter::plan::{self, Holder, Thing};
use crate::desk::field::{Values, instant};
use crate::desk::kind::{Kind, Pool, Span};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::{kind_name, word};
use crate::text::show::{show_day, show_when};
use crate::text::width::{Align, fit, pad, width};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Most columns of a thing's name.
const NAME: usize = 18;

/// The plan of a kind that lends or books.
pub struct Plan {
    kind: &'static Kind,
    day: NaiveDate,
    /// Who has what.
    held: plan::Plan,
    /// What the things are called.
    names: Vec<String>,
    row: usize,
    column: usize,
}

impl Plan {
    /// The plan of a kind, on today; `None` for kinds that have none.
    pub fn new(kind: &'static Kind, cx: &mut Cx) -> Option<Self> {
        let pool = kind.pool?;
        let day = cx.settings.calendar.day_of(cx.now);
        let nothing = plan::Plan { pool, hours: Vec::new(), things: Vec::new() };
        let mut plan = Self { kind, day, held: nothing, names: Vec::new(), row: 0, column: 0 };
        plan.refresh(cx);
        plan.column = plan.held.hours.iter().rposition(|hour| *hour <= cx.now).unwrap_or(0);
        Some(plan)
    }

    const fn by_hours(&self) -> bool {
        matches!(self.held.pool, Pool::Hours(_))
    }

    fn go_to(&mut self, day: Option<NaiveDate>, cx: &mut Cx) {
        if let Some(day) = day {
            self.day = day;
            self.refresh(cx);
        }
    }

    /// The time that is looked at: the hour under the cursor, or now; `None` on a day without hours.
    fn span(&self, now: DateTime<Utc>) -> Option<Span> {
        if self.by_hours() {
            Some(plan::hour(*self.held.hours.get(self.column)?))
        } else {
            Some(plan::moment(now))
        }
    }

    /// Those who have the chosen thing in the chosen hour; of a stock everybody who has some.
    fn here(&self, now: DateTime<Utc>) -> Vec<&Holder> {
        match (self.held.things.get(self.row), self.span(now)) {
            (Some(thing), Some(span)) if self.by_hours() => thing.holders_within(span).collect(),
            (Some(thing), _) => thing.holders.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Opens a case for what is chosen, or shows the one that has it.
    fn choose(&self, cx: &mut Cx) {
        let Some(thing) = self.held.things.get(self.row) else { return };
        let span = self.span(cx.now);
        if span.is_some_and(|span| thing.left(span) > 0) {
            let mut values = Values::new();
            values.insert("category".into(), thing.code.clone().into());
            if let Some((from, until)) = span.filter(|_| self.by_hours()) {
                values.insert("from".into(), instant(from));
                values.insert("until".into(), instant(until));
            }
            cx.send(Message::NewCase(self.kind.id.to_owned(), values));
        } else if let Some(holder) = self.here(cx.now).first() {
            cx.send(Message::ShowCase(holder.held.number.clone()));
        }
    }

    fn draw_hours(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let tz = look.settings.calendar.tz();
        let name = self.name_columns();
        let room = usize::from(area.width).saturating_sub(name + 1);
        let each = (room / self.held.hours.len().max(1)).clamp(3, 6);
        let shown = (room / each).max(1);
        // The hour under the cursor stays in sight where not all fit.
        let first = (self.column + 1).saturating_sub(shown);
        let mut spans = vec![Cell::raw(" ".repeat(name + 1))];
        for hour in self.held.hours.iter().skip(first).take(shown) {
            let words = hour.with_timezone(&tz).format("%H").to_string();
            spans.push(Cell::styled(pad(&words, each, Align::Left), look.theme.style(Role::Dim)));
        }
        frame.render_widget(Line::from(spans), Rect { height: 1, ..area });
        for (row, (thing, called)) in self.rows().enumerate().take(usize::from(area.height).saturating_sub(1))
        {
            let mut spans = vec![Cell::raw(pad(&fit(called, name), name + 1, Align::Left))];
            for (column, from) in self.held.hours.iter().enumerate().skip(first).take(shown) {
                let taken = thing.taken(plan::hour(*from));
                let (words, role) = match taken {
                    0 => ("-".to_owned(), Role::Dim),
                    taken if taken >= thing.stock && thing.stock == 1 => ("##".to_owned(), Role::Overdue),
                    taken => (
                        format!("{taken}/{}", thing.stock),
                        if taken >= thing.stock { Role::Overdue } else { Role::DueSoon },
                    ),
                };
                let style = if (row, column) == (self.row, self.column) {
                    look.theme.style(Role::Selected)
                } else {
                    look.theme.style(role)
                };
                spans.push(Cell::styled(pad(&words, each - 1, Align::Left), style));
                spans.push(Cell::raw(" "));
            }
            let place = Rect { y: area.y + 1 + row as u16, height: 1, ..area };
            frame.render_widget(Line::from(spans), place);
        }
    }

    fn draw_stock(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let name = self.name_columns();
        // What was written off stands apart from what comes back, where there is any.
        let any_gone = self.held.things.iter().any(|thing| thing.gone() > 0);
        let shown = |cells: [String; 4]| -> Vec<String> {
            let [all, out, gone, left] = cells;
            [Some(all), Some(out), any_gone.then_some(gone), Some(left)].into_iter().flatten().collect()
        };
        let head =
            shown(["all", "out", "gone", "left"].map(|id| t(look.lang, &format!("ui.plan.{id}"), &[])));
        let columns = head.iter().map(|word| width(word)).max().unwrap_or(4).max(5) + 1;
        let cells = |cells: &[String]| -> String {
            cells.iter().map(|cell| pad(cell, columns, Align::Right)).collect()
        };
        let title = format!("{}{}", " ".repeat(name + 1), cells(&head));
        frame.render_widget(Line::styled(title, look.theme.style(Role::Dim)), Rect { height: 1, ..area });
        for (row, (thing, called)) in self.rows().enumerate().take(usize::from(area.height).saturating_sub(1))
        {
            let now = plan::moment(look.now);
            let (taken, gone, left) = (thing.taken(now), thing.gone(), thing.left(now));
            let numbers = [thing.stock, taken.saturating_sub(gone), gone, left];
            let words = format!(
                "{}{}",
                pad(&fit(called, name), name + 1, Align::Left),
                cells(&shown(numbers.map(|number| number.to_string())))
            );
            let role = if left == 0 { Role::Overdue } else { Role::Text };
            let mut line = Line::styled(words, look.theme.style(role));
            if row == self.row {
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: area.y + 1 + row as u16, height: 1, ..area });
        }
    }

    /// The things, each with what it is called.
    fn rows(&self) -> impl Iterator<Item = (&Thing, &String)> {
        self.held.things.iter().zip(&self.names)
    }

    fn name_columns(&self) -> usize {
        self.names.iter().map(|name| width(name)).max().unwrap_or(0).min(NAME)
    }

    fn draw_holders(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let tz = look.settings.calendar.tz();
        let when = |at| show_when(at, look.now, tz, look.lang);
        let here = self.here(look.now);
        if here.is_empty() {
            let words = t(look.lang, "ui.plan.free", &[("key", "Enter")]);
            frame.render_widget(Line::styled(words, look.theme.style(Role::Dim)), Rect { height: 1, ..area });
        }
        for (row, holder) in here.into_iter().take(usize::from(area.height)).enumerate() {
            let held = &holder.held;
            let until = held.until.map(|until| format!(" - {}", when(until))).unwrap_or_default();
            let case = &holder.case;
            let state =
                holder.gone.then(|| format!("  {}", word(look.lang, self.kind.id, "state", &case.state)));
            let who = [case.unit.as_deref(), case.contact.as_deref()].into_iter().flatten();
            let who = who.collect::<Vec<_>>().join("  ");
            let words = format!(
                "{}  {}{until}  x{}{}  {}",
                held.number,
                when(held.from),
                held.count,
                state.unwrap_or_default(),
                harmless(&who)
            );
            let line = Line::styled(fit(&words, usize::from(area.width)), look.theme.style(Role::Text));
            frame.render_widget(line, Rect { y: area.y + row as u16, height: 1, ..area });
        }
    }
}

impl Screen for Plan {
    fn refresh(&mut self, cx: &mut Cx) {
        let read = plan::plan(cx.store, cx.session, cx.settings, self.kind, self.day, cx.now);
        let Some(plan) = cx.tell(read) else { return };
        let look = cx.look();
        let called = |thing: &Thing| look.reader().code(plan.pool.catalogue(), &thing.code);
        self.names = plan.things.iter().map(|thing| harmless(&called(thing)).into_owned()).collect();
        self.held = plan;
        self.column = self.column.min(self.held.hours.len().saturating_sub(1));
        self.row = self.row.min(self.held.things.len().saturating_sub(1));
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let kind = kind_name(look.lang, self.kind.id);
        let title = match self.held.pool {
            Pool::Hours(_) => {
                t(look.lang, "ui.plan.day", &[("kind", &kind), ("day", &show_day(self.day, look.lang))])
            }
            Pool::Stock(_) => t(look.lang, "ui.plan.stock", &[("kind", &kind)]),
        };
        let inner = parts::framed(frame, area, look, &title, None, true);
        if self.held.things.is_empty() {
            let key = look.keymap.label(Command::Settings);
            parts::centred(frame, inner, look, &t(look.lang, "ui.plan.empty", &[("key", &key)]));
            return;
        }
        let rows = (self.held.things.len() as u16 + 1).min(inner.height.saturating_sub(4));
        let table = Rect { height: rows, ..inner };
        match self.held.pool {
            Pool::Hours(_) => self.draw_hours(frame, table, look),
            Pool::Stock(_) => self.draw_stock(frame, table, look),
        }
        let y = table.bottom() + 1;
        let below = Rect { y, height: inner.bottom().saturating_sub(y), ..inner };
        self.draw_holders(frame, below, look);
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        if cx.keymap.resolve(key, Place::List) == Some(Command::Back) {
            cx.send(Message::Close);
            return true;
        }
        let timed = self.by_hours();
        match key.code {
            KeyCode::Up => self.row = self.row.saturating_sub(1),
            KeyCode::Down => self.row = (self.row + 1).min(self.held.things.len().saturating_sub(1)),
            KeyCode::Left if timed => self.column = self.column.saturating_sub(1),
            KeyCode::Right if timed => {
                self.column = (self.column + 1).min(self.held.hours.len().saturating_sub(1));
            }
            KeyCode::PageUp if timed => self.go_to(self.day.checked_sub_days(Days::new(1)), cx),
            KeyCode::PageDown if timed => self.go_to(self.day.checked_add_days(Days::new(1)), cx),
            KeyCode::Enter => self.choose(cx),
            _ => return false,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: &str, words: &str| Hint { key: key.to_owned(), does: t(look.lang, words, &[]) };
        let mut hints = vec![hint("Enter", "ui.plan.key_take")];
        if self.by_hours() {
            hints.push(hint("PageUp PageDown", "ui.plan.key_day"));
        }
        hints.push(hint("Esc", "ui.key.back"));
        hints
    }

    fn help_topic(&self) -> &'static str {
        self.kind.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::field::FieldType;
    use crate::desk::kinds::STANDARD;

    #[test]
    fn what_a_plan_fills_in_is_asked_for_by_the_form() {
        for kind in STANDARD.iter() {
            let Some(pool) = kind.pool else { continue };
            let has = |key: &str, ty: FieldType| {
                kind.opening.iter().any(|field| field.key == key && field.ty == ty)
            };
            let (Pool::Hours(catalogue) | Pool::Stock(catalogue)) = pool;
            assert!(has("category", FieldType::Catalogue(catalogue)), "{}", kind.id);
            if matches!(pool, Pool::Hours(_)) {
                assert!(has("from", FieldType::Instant) && has("until", FieldType::Instant), "{}", kind.id);
            }
            assert!(kind.claims.is_some(), "{}", kind.id);
        }
    }
}
