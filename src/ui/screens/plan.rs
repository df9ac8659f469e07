//! What is free: the day plan of things that are booked by the hour, the stock of things that are lent.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::desk::claim::Held;
use crate::desk::field::{Values, instant};
use crate::desk::kind::{Kind, Pool};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::{kind_name, word};
use crate::text::show::{show_day, show_when};
use crate::text::shown::Reader;
use crate::text::width::{Align, fit, pad, width};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Most columns of a thing's name.
const NAME: usize = 18;
/// Most of those who have a thing that are named.
const HOLDERS: usize = 100;

/// Somebody who has or booked a thing.
struct Holder {
    held: Held,
    who: String,
    /// The state of a case that came to its end and holds it still: it does not come back.
    gone: Option<String>,
}

/// One code of the catalogue.
struct Thing {
    code: String,
    name: String,
    stock: u32,
    holders: Vec<Holder>,
}

impl Thing {
    /// How many are taken at some instant of an hour; for a stock: now.
    fn taken(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> u32 {
        let held =
            |holder: &&Holder| holder.held.from < until && holder.held.until.is_none_or(|end| end > from);
        self.holders.iter().filter(held).map(|holder| holder.held.count).sum()
    }

    /// How many do not come back.
    fn gone(&self) -> u32 {
        self.holders.iter().filter(|holder| holder.gone.is_some()).map(|holder| holder.held.count).sum()
    }
}

/// The plan of a kind that lends or books.
pub struct Plan {
    kind: &'static Kind,
    pool: Pool,
    day: NaiveDate,
    /// The hours of the day that are shown, each by its beginning.
    hours: Vec<DateTime<Utc>>,
    things: Vec<Thing>,
    row: usize,
    column: usize,
}

impl Plan {
    /// The plan of a kind, on today; `None` for kinds that have none.
    pub fn new(kind: &'static Kind, cx: &Cx) -> Option<Self> {
        let day = cx.settings.calendar.day_of(cx.now);
        let mut plan =
            Self { kind, pool: kind.pool?, day, hours: Vec::new(), things: Vec::new(), row: 0, column: 0 };
        plan.hours = plan.hours_of(cx);
        plan.column = plan.hours.iter().rposition(|hour| *hour <= cx.now).unwrap_or(0);
        Some(plan)
    }

    const fn catalogue(&self) -> &'static str {
        match self.pool {
            Pool::Hours(catalogue) | Pool::Stock(catalogue) => catalogue,
        }
    }

    /// The hours in which somebody is at the counter that day; every hour of a day without service.
    fn hours_of(&self, cx: &Cx) -> Vec<DateTime<Utc>> {
        let calendar = &cx.settings.calendar;
        let service = calendar.intervals_on(self.day);
        let from = service.first().map_or_else(|| calendar.day_start(self.day), |(from, _)| *from);
        let until = service.last().map_or_else(|| calendar.next_day_start(self.day), |(_, to)| *to);
        let mut hours = Vec::new();
        let mut hour = from;
        while hour < until {
            hours.push(hour);
            hour += TimeDelta::hours(1);
        }
        hours
    }

    fn go_to(&mut self, day: Option<NaiveDate>, cx: &mut Cx) {
        if let Some(day) = day {
            self.day = day;
            self.refresh(cx);
        }
    }

    /// The hour under the cursor.
    fn hour(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let from = *self.hours.get(self.column)?;
        Some((from, from + TimeDelta::hours(1)))
    }

    /// Those who have the chosen thing in the chosen hour; of a stock everybody who has some.
    fn here(&self) -> Vec<&Holder> {
        let Some(thing) = self.things.get(self.row) else { return Vec::new() };
        match (self.pool, self.hour()) {
            (Pool::Hours(_), Some((from, until))) => {
                let held = |holder: &&Holder| {
                    holder.held.from < until && holder.held.until.is_none_or(|end| end > from)
                };
                thing.holders.iter().filter(held).collect()
            }
            _ => thing.holders.iter().collect(),
        }
    }

    /// Opens a case for what is chosen, or shows the one that has it.
    fn choose(&self, cx: &mut Cx) {
        let Some(thing) = self.things.get(self.row) else { return };
        let mut values = Values::new();
        values.insert("category".into(), thing.code.clone().into());
        let left = match (self.pool, self.hour()) {
            (Pool::Hours(_), Some((from, until))) => {
                values.insert("from".into(), instant(from));
                values.insert("until".into(), instant(until));
                thing.stock.saturating_sub(thing.taken(from, until))
            }
            (Pool::Hours(_), None) => 0,
            (Pool::Stock(_), _) => {
                thing.stock.saturating_sub(thing.taken(cx.now, cx.now + TimeDelta::seconds(1)))
            }
        };
        if left > 0 {
            cx.send(Message::NewCase(self.kind.id.to_owned(), values));
        } else if let Some(holder) = self.here().first() {
            cx.send(Message::ShowCase(holder.held.number.clone()));
        }
    }

    fn draw_hours(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let tz = look.settings.calendar.tz();
        let name = self.name_columns();
        let room = usize::from(area.width).saturating_sub(name + 1);
        let each = (room / self.hours.len().max(1)).clamp(3, 6);
        let shown = (room / each).max(1);
        // The hour under the cursor stays in sight where not all fit.
        let first = (self.column + 1).saturating_sub(shown);
        let mut spans = vec![Span::raw(" ".repeat(name + 1))];
        for hour in self.hours.iter().skip(first).take(shown) {
            let words = hour.with_timezone(&tz).format("%H").to_string();
            spans.push(Span::styled(pad(&words, each, Align::Left), look.theme.style(Role::Dim)));
        }
        frame.render_widget(Line::from(spans), Rect { height: 1, ..area });
        for (row, thing) in self.things.iter().enumerate().take(usize::from(area.height).saturating_sub(1)) {
            let mut spans = vec![Span::raw(pad(&fit(&thing.name, name), name + 1, Align::Left))];
            for (column, from) in self.hours.iter().enumerate().skip(first).take(shown) {
                let taken = thing.taken(*from, *from + TimeDelta::hours(1));
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
                spans.push(Span::styled(pad(&words, each - 1, Align::Left), style));
                spans.push(Span::raw(" "));
            }
            let place = Rect { y: area.y + 1 + row as u16, height: 1, ..area };
            frame.render_widget(Line::from(spans), place);
        }
    }

    fn draw_stock(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let name = self.name_columns();
        // What was written off stands apart from what comes back, where there is any.
        let any_gone = self.things.iter().any(|thing| thing.gone() > 0);
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
        for (row, thing) in self.things.iter().enumerate().take(usize::from(area.height).saturating_sub(1)) {
            let taken = thing.taken(look.now, look.now + TimeDelta::seconds(1));
            let gone = thing.gone();
            let left = thing.stock.saturating_sub(taken);
            let numbers = [thing.stock, taken.saturating_sub(gone), gone, left];
            let words = format!(
                "{}{}",
                pad(&fit(&thing.name, name), name + 1, Align::Left),
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

    fn name_columns(&self) -> usize {
        self.things.iter().map(|thing| width(&thing.name)).max().unwrap_or(0).min(NAME)
    }

    fn draw_holders(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let tz = look.settings.calendar.tz();
        let when = |at| show_when(at, look.now, tz, look.lang);
        let here = self.here();
        if here.is_empty() {
            let words = t(look.lang, "ui.plan.free", &[("key", "Enter")]);
            frame.render_widget(Line::styled(words, look.theme.style(Role::Dim)), Rect { height: 1, ..area });
        }
        for (row, holder) in here.into_iter().take(usize::from(area.height)).enumerate() {
            let held = &holder.held;
            let until = held.until.map(|until| format!(" - {}", when(until))).unwrap_or_default();
            let state = holder.gone.as_ref().map(|state| word(look.lang, self.kind.id, "state", state));
            let state = state.map(|state| format!("  {state}")).unwrap_or_default();
            let words = format!(
                "{}  {}{until}  x{}{state}  {}",
                held.number,
                when(held.from),
                held.count,
                harmless(&holder.who)
            );
            let line = Line::styled(fit(&words, usize::from(area.width)), look.theme.style(Role::Text));
            frame.render_widget(line, Rect { y: area.y + row as u16, height: 1, ..area });
        }
    }
}

impl Screen for Plan {
    fn refresh(&mut self, cx: &mut Cx) {
        self.hours = self.hours_of(cx);
        self.column = self.column.min(self.hours.len().saturating_sub(1));
        let span = match self.pool {
            Pool::Hours(_) => {
                let calendar = &cx.settings.calendar;
                (calendar.day_start(self.day), calendar.next_day_start(self.day))
            }
            Pool::Stock(_) => (cx.now, cx.now + TimeDelta::seconds(1)),
        };
        let catalogue = self.catalogue();
        let offered: Vec<String> =
            cx.settings.offered(catalogue).into_iter().map(|(code, _)| code.to_owned()).collect();
        self.things = offered
            .into_iter()
            .map(|code| {
                let held = cx.read(cx.store.held(&format!("{catalogue}:{code}"), span.0, Some(span.1)));
                let holders = held.unwrap_or_default().into_iter().take(HOLDERS).map(|held| {
                    let row = cx.read(cx.store.row(&held.number)).flatten();
                    let case = row.map(|row| row.case).unwrap_or_default();
                    let stock = matches!(self.pool, Pool::Stock(_));
                    let gone = (stock && self.kind.ends(&case.state)).then_some(case.state);
                    let who = [case.unit, case.contact].into_iter().flatten().collect::<Vec<_>>().join("  ");
                    Holder { held, who, gone }
                });
                let holders = holders.collect();
                let name =
                    Reader { lang: cx.lang, now: cx.now, settings: cx.settings }.code(catalogue, &code);
                Thing {
                    stock: cx.settings.stock(catalogue, &code),
                    name: harmless(&name).into_owned(),
                    code,
                    holders,
                }
            })
            .collect();
        self.row = self.row.min(self.things.len().saturating_sub(1));
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let kind = kind_name(look.lang, self.kind.id);
        let title = match self.pool {
            Pool::Hours(_) => {
                t(look.lang, "ui.plan.day", &[("kind", &kind), ("day", &show_day(self.day, look.lang))])
            }
            Pool::Stock(_) => t(look.lang, "ui.plan.stock", &[("kind", &kind)]),
        };
        let inner = parts::framed(frame, area, look, &title, None, true);
        if self.things.is_empty() {
            let key = look.keymap.label(Command::Settings);
            parts::centred(frame, inner, look, &t(look.lang, "ui.plan.empty", &[("key", &key)]));
            return;
        }
        let rows = (self.things.len() as u16 + 1).min(inner.height.saturating_sub(4));
        let table = Rect { height: rows, ..inner };
        match self.pool {
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
        let timed = matches!(self.pool, Pool::Hours(_));
        match key.code {
            KeyCode::Up => self.row = self.row.saturating_sub(1),
            KeyCode::Down => self.row = (self.row + 1).min(self.things.len().saturating_sub(1)),
            KeyCode::Left if timed => self.column = self.column.saturating_sub(1),
            KeyCode::Right if timed => {
                self.column = (self.column + 1).min(self.hours.len().saturating_sub(1));
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
        if matches!(self.pool, Pool::Hours(_)) {
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
