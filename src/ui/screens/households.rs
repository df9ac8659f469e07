//! Households: finding one, and everything about it.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use serde_json::Value;

use super::household_file::HouseholdFile;
use super::household_form::HouseholdForm;
use super::household_pane::HouseholdPane;
use super::list::{Cursor, List};
use crate::counter::privacy;
use crate::desk::field::Values;
use crate::desk::household::Household;
use crate::exchange::export::What;
use crate::store::directory::{HouseholdQuery, HouseholdRow};
use crate::store::find::HouseholdHit;
use crate::text::lang::t;
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::household::hit_line;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Households read at a time.
const WINDOW: usize = 200;
/// From this width on the household stands beside the list.
const SIDE_BY_SIDE: u16 = 100;

/// The list of households beside the one that is chosen.
pub struct Households {
    query: TextEdit,
    /// Something is being typed into the box above the list.
    typing: bool,
    hits: Vec<HouseholdHit>,
    more: bool,
    list: List,
    pane: Option<HouseholdPane>,
    /// The household's cases have the keys.
    page: bool,
    cases: List,
    total: u64,
    /// The household whose numbers stand in full, and who asked for that.
    revealed: Option<(String, String)>,
}

impl Default for Households {
    fn default() -> Self {
        Self {
            query: TextEdit::new(false, 60),
            typing: false,
            hits: Vec::new(),
            more: false,
            list: List::default(),
            pane: None,
            page: false,
            cases: List::default(),
            revealed: None,
            total: 0,
        }
    }
}

/// A household of the list as a hit: by its first resident.
fn as_hit(row: HouseholdRow) -> HouseholdHit {
    let first = row.household.residents.into_iter().next();
    HouseholdHit {
        unit: row.household.unit,
        relation: first.as_ref().map(|resident| resident.relation),
        phone: first.as_ref().and_then(|resident| resident.phones.first().cloned()),
        resident: first.map(|resident| resident.name),
        open: row.open,
        score: 0,
    }
}

impl Households {
    fn read(&mut self, cx: &mut Cx) {
        let kept = self.unit();
        let query = self.query.text();
        if query.trim().is_empty() {
            let want = self.hits.len().clamp(WINDOW, 10 * WINDOW);
            let query = HouseholdQuery { limit: want, ..HouseholdQuery::default() };
            let page = cx.read(cx.store.households(&query)).unwrap_or_default();
            self.more = page.more;
            self.hits = page.rows.into_iter().map(as_hit).collect();
        } else {
            self.hits = cx.read(cx.store.find_households(&query, WINDOW)).unwrap_or_default();
            self.more = false;
        }
        self.total = cx.read(cx.store.directory_counts()).map_or(0, |counts| counts.households);
        let place = kept.and_then(|unit| self.hits.iter().position(|hit| hit.unit == unit));
        self.list.set_len(self.hits.len(), place.or(Some(0)));
        self.look_at_selected(cx);
    }

    fn read_more(&mut self, cx: &mut Cx) {
        let near_end = self.list.selected().is_some_and(|index| index + 20 >= self.hits.len());
        if !self.more || !near_end {
            return;
        }
        let Some(last) = self.hits.last().map(|hit| hit.unit.clone()) else { return };
        let query = HouseholdQuery { after: Some(last), limit: WINDOW, ..HouseholdQuery::default() };
        if let Some(page) = cx.read(cx.store.households(&query)) {
            self.more = page.more;
            self.hits.extend(page.rows.into_iter().map(as_hit));
            self.list.set_len(self.hits.len(), self.list.selected());
        }
    }

    fn unit(&self) -> Option<String> {
        self.hits.get(self.list.selected()?).map(|hit| hit.unit.clone())
    }

    fn look_at_selected(&mut self, cx: &mut Cx) {
        let shown = self.pane.as_ref().map(|pane| pane.unit().to_owned());
        let unit = self.unit();
        let same = shown == unit;
        let chosen = self.chosen_case().filter(|_| same);
        let whole = self.page && same;
        self.pane = unit.and_then(|unit| HouseholdPane::read(&unit, whole, cx));
        self.count_cases(chosen);
        self.page &= self.pane.is_some();
    }

    fn chosen_case(&self) -> Option<String> {
        let row = self.pane.as_ref()?.cases().nth(self.cases.selected()?)?;
        Some(row.case.number.clone())
    }

    /// Takes the number of cases; the place stays at the case that was chosen.
    fn count_cases(&mut self, chosen: Option<String>) {
        let Some(pane) = &self.pane else {
            self.cases.set_len(0, None);
            return;
        };
        let place = chosen.and_then(|number| pane.cases().position(|row| row.case.number == number));
        self.cases.set_len(pane.cases().count(), Some(place.unwrap_or(0)));
    }

    /// The household gets the keys, with all its cases.
    fn open_page(&mut self, cx: &mut Cx) {
        self.page = self.pane.is_some();
        if let Some(unit) = self.unit().filter(|_| self.page) {
            self.pane = HouseholdPane::read(&unit, true, cx);
            self.count_cases(None);
        }
    }

    fn scroll(&mut self, lines: i32) {
        self.pane.iter_mut().for_each(|pane| pane.scroll_by(lines));
    }

    fn page_key(&mut self, code: KeyCode, cx: &mut Cx) -> bool {
        match code {
            KeyCode::Esc => self.page = false,
            KeyCode::Enter => {
                let chosen = self.cases.selected();
                let row = self.pane.as_ref().and_then(|pane| pane.cases().nth(chosen?));
                if let Some(number) = row.map(|row| row.case.number.clone()) {
                    cx.send(Message::ShowCase(number));
                }
            }
            // Without a case to choose the keys move the page itself.
            KeyCode::PageDown | KeyCode::Down if self.cases.selected().is_none() => self.scroll(1),
            KeyCode::PageUp | KeyCode::Up if self.cases.selected().is_none() => self.scroll(-1),
            code => {
                let moved = self.cases.key(code);
                if let (Cursor::Moved, Some(pane)) = (moved, &mut self.pane) {
                    pane.choose(self.cases.selected());
                }
                return moved != Cursor::Ignored;
            }
        }
        true
    }

    /// Opens the form of the chosen household.
    /// Shows the numbers of the household in full, which goes on record.
    fn reveal(&mut self, cx: &mut Cx) -> Option<Household> {
        let unit = self.unit()?;
        let household = privacy::reveal(cx.store, cx.session, cx.now, &unit);
        let household = cx.tell(household)?;
        self.revealed = Some((unit, cx.session.name().to_owned()));
        Some(household)
    }

    fn change(&mut self, cx: &mut Cx) {
        // In the form all numbers stand in full.
        if let Some(household) = self.reveal(cx) {
            let form = HouseholdForm::new(Some(household), cx);
            cx.send(Message::Push(Box::new(form)));
        }
    }

    fn new_for_household(&self, kind: &str, cx: &mut Cx) {
        let Some(hit) = self.list.selected().and_then(|index| self.hits.get(index)) else { return };
        let mut values = Values::new();
        values.insert("unit".into(), Value::String(hit.unit.clone()));
        if let Some(name) = &hit.resident {
            values.insert("contact".into(), Value::String(name.clone()));
        }
        if let Some(phone) = &hit.phone {
            values.insert("phone".into(), Value::String(phone.clone()));
        }
        cx.send(Message::NewCase(kind.to_owned(), values));
    }
}

impl Screen for Households {
    fn refresh(&mut self, cx: &mut Cx) {
        // Whoever sits here now asks anew.
        self.revealed = self.revealed.take().filter(|(_, by)| by == cx.session.name());
        self.read(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let (list, side) = if area.width >= SIDE_BY_SIDE {
            let [list, side] =
                Layout::horizontal([Constraint::Percentage(57), Constraint::Percentage(43)]).areas(area);
            (Some(list), Some(side))
        } else if self.page {
            (None, Some(area))
        } else {
            self.pane.iter_mut().for_each(HouseholdPane::hide);
            (Some(area), None)
        };
        if let Some(area) = list {
            let title = t(look.lang, "ui.households.title", &[("count", &self.total.to_string())]);
            let inner = parts::framed(frame, area, look, &title, None, !self.page);
            let role = if self.typing { Role::FieldFocused } else { Role::Field };
            let line = Rect { height: 1, ..inner };
            self.query.draw(frame, line, look.theme.style(role), self.typing);
            if self.query.is_empty() && !self.typing {
                let words =
                    t(look.lang, "ui.households.hint", &[("key", &look.keymap.label(Command::NextFilter))]);
                let line = Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line };
                let words = crate::text::width::fit(&words, usize::from(line.width));
                frame.render_widget(ratatui::text::Line::styled(words, look.theme.style(Role::Dim)), line);
            }
            let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
            if self.hits.is_empty() {
                let key = if self.total == 0 { "ui.households.none" } else { "ui.find.nothing" };
                parts::centred(
                    frame,
                    body,
                    look,
                    &t(look.lang, key, &[("key", &look.keymap.label(Command::Import))]),
                );
            }
            for (y, index) in self.list.window(body).enumerate() {
                let chosen = self.list.selected() == Some(index);
                let mut line = hit_line(&self.hits[index], look, chosen);
                if chosen {
                    line = parts::chosen(line, look);
                }
                frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
            }
        }
        if let Some(area) = side {
            match &mut self.pane {
                Some(pane) => {
                    pane.choose(self.cases.selected().filter(|_| self.page));
                    pane.reveal(self.revealed.as_ref().is_some_and(|(unit, _)| unit == pane.unit()));
                    pane.draw(frame, area, look, self.page);
                    if self.page {
                        // A page of keys is what is in sight, less the facts above.
                        self.cases.window(Rect { height: area.height.saturating_sub(6), ..area });
                    }
                }
                None => {
                    parts::framed(frame, area, look, "", None, false);
                }
            }
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Event::Mouse(mouse) = event {
            if let (Some(pane), Some(lines)) = (&mut self.pane, super::wheel(*mouse))
                && pane.is_under(mouse.column, mouse.row)
            {
                pane.scroll_by(lines);
                return true;
            }
            let moved = self.list.mouse(*mouse);
            if moved == Cursor::Moved {
                self.look_at_selected(cx);
                self.read_more(cx);
            }
            return moved != Cursor::Ignored;
        }
        if self.typing {
            if let Event::Key(key) = event {
                match key.code {
                    KeyCode::Esc | KeyCode::Enter | KeyCode::Tab => {
                        self.typing = false;
                        return true;
                    }
                    KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                        if self.list.key(key.code) == Cursor::Moved {
                            self.look_at_selected(cx);
                        }
                        return true;
                    }
                    _ => {}
                }
            }
            return match self.query.event(event) {
                Some(changed) => {
                    if changed {
                        self.read(cx);
                    }
                    true
                }
                None => false,
            };
        }
        let Event::Key(key) = event else { return false };
        let command = cx.keymap.resolve(key, Place::List);
        match command {
            // Some windows keep F11 for themselves, so the key of all actions does the same.
            Some(Command::Slot7 | Command::Actions) => {
                self.change(cx);
                return true;
            }
            Some(Command::Reveal) => {
                self.reveal(cx);
                return true;
            }
            Some(Command::Household) => {
                let file = self.unit().and_then(|unit| HouseholdFile::read(&unit, cx));
                if let Some(file) = file {
                    cx.send(Message::Push(Box::new(file)));
                }
                return true;
            }
            Some(Command::NewHere) => {
                let form = HouseholdForm::new(None, cx);
                cx.send(Message::Push(Box::new(form)));
                return true;
            }
            _ => {}
        }
        if let Some(slot) = command.and_then(Command::slot) {
            let kinds: Vec<&str> = cx.store.kinds().iter().map(|kind| kind.id).collect();
            if let Some(kind) = kinds.get(slot) {
                self.new_for_household(kind, cx);
            }
            return true;
        }
        match (command, key.code) {
            (_, code)
                if self.page
                    && command.and_then(Command::tab).is_none()
                    && command != Some(Command::NextFilter) =>
            {
                return self.page_key(code, cx);
            }
            (Some(Command::NextFilter), _) => {
                self.page = false;
                self.typing = true;
            }
            (_, KeyCode::Enter) => self.open_page(cx),
            (_, KeyCode::Esc) if !self.query.is_empty() => {
                self.query.set("");
                self.read(cx);
            }
            (_, code) => {
                let moved = self.list.key(code);
                if moved == Cursor::Moved {
                    self.look_at_selected(cx);
                    self.read_more(cx);
                }
                return moved != Cursor::Ignored;
            }
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        if self.page {
            return vec![
                Hint { key: "Enter".into(), does: t(look.lang, "ui.key.show", &[]) },
                Hint { key: look.keymap.label(Command::Reveal), does: t(look.lang, "ui.key.reveal", &[]) },
                Hint {
                    key: look.keymap.label(Command::Household),
                    does: t(look.lang, "household.key.file", &[]),
                },
                Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
            ];
        }
        let mut hints = vec![Hint {
            key: look.keymap.label(Command::NextFilter),
            does: t(look.lang, "ui.key.search", &[]),
        }];
        if self.pane.is_some() {
            let enter = if self.page { "ui.key.show" } else { "ui.key.household" };
            hints.push(Hint { key: "Enter".into(), does: t(look.lang, enter, &[]) });
            hints.push(Hint {
                key: look.keymap.label(Command::Slot7),
                does: t(look.lang, "household.key.change", &[]),
            });
            hints.push(Hint {
                key: format!("{}..{}", look.keymap.label(Command::Slot1), look.keymap.label(Command::Slot6)),
                does: t(look.lang, "ui.key.new_for_household", &[]),
            });
        }
        if !self.page {
            hints.push(Hint {
                key: look.keymap.label(Command::NewHere),
                does: t(look.lang, "household.key.add", &[]),
            });
        }
        hints
    }

    fn takes_text(&self) -> bool {
        self.typing
    }

    fn help_topic(&self) -> &'static str {
        "households"
    }

    fn exports(&self) -> Option<What> {
        Some(What::Households)
    }

    fn show_household(&mut self, unit: &str, cx: &mut Cx) {
        self.query.set(unit);
        self.read(cx);
        if let Some(place) = self.hits.iter().position(|hit| hit.unit == unit) {
            self.list.set_len(self.hits.len(), Some(place));
        }
        self.look_at_selected(cx);
        self.open_page(cx);
    }
}
