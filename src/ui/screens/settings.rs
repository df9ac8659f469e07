//! The settings: sections at the left, the table of the chosen one at the right, and its form in the
//! table's place while a row is under way.

mod codes;
mod copies;
mod form;
mod people;
mod place;
mod privacy;
mod promises;
mod section;
mod texts;

use crossterm::event::{Event, KeyCode, MouseButton, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use self::form::{RowForm, Told};
use self::section::{Around, Column, Doing, Edit, Leads, Row, Section, WORDS};
use super::list::{Cursor, List};
use crate::counter::retention::{self, Due};
use crate::counter::{self, CounterError};
use crate::desk::field::Values;
use crate::desk::people::Operator;
use crate::desk::settings::Settings;
use crate::store::drafts::Draft;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::word;
use crate::text::width::{Align, fit, pad};
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// The slot of the key that shows what belongs to a section, behind those of its rows.
const LEADS: usize = Doing::ALL.len();

/// The key of a new recovery code, the last thing that is done with a row.
pub const NEW_CODE: Command = Command::SLOTS[LEADS - 1];
const _: () = assert!(matches!(Doing::ALL[LEADS - 1], Doing::Code));

/// The kind of draft that a row under way is kept as.
pub const DRAFT: &str = "settings";

/// The settings on the screen.
pub struct SettingsScreen {
    sections: Vec<Box<dyn Section>>,
    list: List,
    rows: Vec<Row>,
    table: List,
    /// The table has the keys, else the list of sections.
    in_table: bool,
    operators: Vec<Operator>,
    /// Personal fields wait to be taken out.
    due: Option<Due>,
    form: Option<RowForm>,
    /// What is to be done to a row and can't be undone, once this is confirmed.
    sure: Option<(Doing, String)>,
    problem: Option<String>,
    may_change: bool,
}

/// All sections, in the order of the list.
fn sections(settings: &Settings) -> Vec<Box<dyn Section>> {
    let mut sections: Vec<Box<dyn Section>> = vec![
        Box::new(people::Personal),
        Box::new(place::Community),
        Box::new(place::Hours),
        Box::new(place::Holidays),
        Box::new(place::MakeUpDays),
        Box::new(promises::Promises),
        Box::new(copies::Schedule),
        Box::new(privacy::Privacy),
    ];
    for catalogue in &settings.catalogues {
        sections.push(Box::new(codes::Codes(catalogue.id.clone())));
    }
    sections.push(Box::new(codes::Charges));
    sections.push(Box::new(codes::Staff));
    sections.push(Box::new(people::Operators));
    sections.push(Box::new(texts::Phrases));
    sections.push(Box::new(texts::Rules));
    sections
}

fn around<'a>(cx: &'a Cx, operators: &'a [Operator], due: Option<Due>) -> Around<'a> {
    Around {
        settings: cx.settings,
        due,
        operators,
        kinds: cx.store.kinds(),
        lang: cx.lang,
        theme: cx.theme.id(),
        name: cx.session.name(),
        role: cx.session.role(),
    }
}

impl SettingsScreen {
    /// The settings as they are now.
    pub fn new(cx: &mut Cx) -> Self {
        let mut screen = Self {
            sections: Vec::new(),
            list: List::default(),
            rows: Vec::new(),
            table: List::default(),
            in_table: false,
            operators: Vec::new(),
            due: None,
            form: None,
            sure: None,
            problem: None,
            may_change: false,
        };
        screen.read(cx);
        screen
    }

    /// Takes a row up again that was put aside.
    pub fn resume(draft: &Draft, cx: &mut Cx) -> Option<Self> {
        let mut screen = Self::new(cx);
        let id = draft.subject.as_deref()?;
        let place = screen.sections.iter().position(|section| section.id() == id)?;
        screen.list.select(place);
        screen.show_section(cx);
        let section = &screen.sections[place];
        let form = RowForm::resume(section.as_ref(), draft, &around(cx, &screen.operators, screen.due), cx)?;
        screen.form = Some(form);
        screen.in_table = true;
        Some(screen)
    }

    fn read(&mut self, cx: &mut Cx) {
        let chosen = self.section().map(Section::id);
        self.may_change = cx.session.is_supervisor();
        self.operators = cx.read(cx.store.operators()).unwrap_or_default();
        let today = cx.settings.calendar.day_of(cx.now);
        self.due = cx.read(retention::due(cx.store, cx.settings, today)).flatten();
        self.sections = sections(cx.settings);
        let place = chosen.and_then(|id| self.sections.iter().position(|section| section.id() == id));
        self.list.set_len(self.sections.len(), place);
        self.read_rows(cx);
    }

    /// The table keeps its place on the same row, wherever that stands now.
    fn read_rows(&mut self, cx: &Cx) {
        let kept = self.row().map(|row| row.id.clone());
        let rows = self.section().map(|section| section.rows(&around(cx, &self.operators, self.due)));
        self.rows = rows.unwrap_or_default();
        let place = kept.and_then(|id| self.rows.iter().position(|row| row.id == id));
        self.table.set_len(self.rows.len(), place);
    }

    fn show_section(&mut self, cx: &Cx) {
        self.rows.clear();
        self.table = List::default();
        self.problem = None;
        self.read_rows(cx);
    }

    fn section(&self) -> Option<&dyn Section> {
        self.sections.get(self.list.selected()?).map(AsRef::as_ref)
    }

    fn row(&self) -> Option<&Row> {
        self.rows.get(self.table.selected()?)
    }

    /// Begins what a key asks for: a form, a question, or the thing itself.
    fn begin(&mut self, doing: Doing, cx: &mut Cx) {
        let Some(index) = self.list.selected() else { return };
        let section = &self.sections[index];
        if !section.can(doing) {
            return;
        }
        let row = if doing == Doing::Add { None } else { self.row().map(|row| row.id.clone()) };
        if doing != Doing::Add && row.is_none() {
            return;
        }
        // Nobody should type for nothing what the counter would refuse.
        if !section.is_personal()
            && let Err(error) = counter::community::may_change(cx.store, cx.session, cx.now)
        {
            cx.fail(&error);
            return;
        }
        self.problem = None;
        self.in_table = true;
        match doing {
            Doing::Delete | Doing::Code => self.sure = row.map(|row| (doing, row)),
            Doing::Retire => {
                if let Some(row) = row {
                    self.at_once(doing, &row, cx);
                }
            }
            _ => {
                let section = self.sections[index].as_ref();
                let form = RowForm::new(section, doing, row, &around(cx, &self.operators, self.due), cx);
                self.form = Some(form);
            }
        }
    }

    /// Does what needs no form.
    fn at_once(&mut self, doing: Doing, row: &str, cx: &mut Cx) {
        let Some(section) = self.section() else { return };
        let before = cx.settings.clone();
        let edit = Edit { doing, row: Some(row), values: &Values::new(), before: &before };
        match section.carry_out(&edit, cx) {
            Ok(()) => {
                let words = t(cx.lang, "settings.saved", &[("section", &section.title(cx.lang))]);
                cx.toast(Tone::Good, words);
            }
            Err(error) => {
                self.problem = Some(counter::say::say(&error, cx.lang, cx.settings.calendar.tz()));
                // Somebody else may have changed them: they are read again.
                if matches!(error, CounterError::Refused(_)) {
                    cx.send(Message::SettingsChanged);
                }
            }
        }
    }

    fn form_event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Some(index) = self.list.selected() else { return false };
        let (Some(form), Some(section)) = (&mut self.form, self.sections.get(index)) else { return false };
        match form.event(section.as_ref(), event, &self.operators, cx) {
            Told::Ignored => return false,
            Told::Taken => {}
            Told::Done => self.form = None,
        }
        true
    }

    fn key(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        if let Some((doing, row)) = self.sure.take() {
            if key.code == KeyCode::Enter {
                self.at_once(doing, &row, cx);
            } else if key.code != KeyCode::Esc {
                self.sure = Some((doing, row));
            }
            return true;
        }
        let slot = cx.keymap.resolve(key, Place::List).and_then(Command::slot);
        if let Some(doing) = slot.and_then(|slot| Doing::ALL.get(slot)) {
            self.begin(*doing, cx);
            return true;
        }
        if slot == Some(LEADS)
            && let Some(leads) = self.section().and_then(Section::leads_to)
        {
            match leads {
                Leads::Command(command) => cx.send(Message::Run(command)),
                Leads::Screen(_, make) => {
                    if let Some(screen) = make(cx) {
                        cx.send(Message::Push(screen));
                    }
                }
            }
            return true;
        }
        match cx.keymap.resolve(key, Place::Form) {
            Some(Command::AddLine) => {
                self.begin(Doing::Add, cx);
                return true;
            }
            Some(Command::DeleteLine) => {
                self.begin(Doing::Delete, cx);
                return true;
            }
            _ => {}
        }
        match key.code {
            KeyCode::Esc | KeyCode::Left if self.in_table => self.in_table = false,
            KeyCode::Esc => cx.send(Message::Close),
            KeyCode::Tab | KeyCode::BackTab => self.in_table = !self.in_table,
            KeyCode::Enter if self.in_table => self.begin(Doing::Change, cx),
            KeyCode::Enter | KeyCode::Right => self.in_table = true,
            code => return self.walk(code, cx),
        }
        true
    }

    fn walk(&mut self, code: KeyCode, cx: &Cx) -> bool {
        let moved = if self.in_table { self.table.key(code) } else { self.list.key(code) };
        if moved == Cursor::Moved {
            self.problem = None;
            if !self.in_table {
                self.show_section(cx);
            }
        }
        moved != Cursor::Ignored
    }

    fn click(&mut self, column: u16, row: u16, cx: &Cx) -> bool {
        let in_list = self.list.click(column, row);
        if in_list != Cursor::Ignored {
            self.in_table = false;
            if in_list == Cursor::Moved {
                self.show_section(cx);
            }
            return true;
        }
        let in_table = self.table.click(column, row);
        self.in_table |= in_table != Cursor::Ignored;
        in_table != Cursor::Ignored
    }

    fn draw_list(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let focused = !self.in_table && self.form.is_none();
        let inner = parts::framed(frame, area, look, &t(look.lang, "settings.title", &[]), None, focused);
        for (y, index) in self.list.window(inner).enumerate() {
            let title = self.sections[index].title(look.lang);
            let chosen = self.list.selected() == Some(index);
            let lead = if chosen { "\u{258c}" } else { " " };
            let room = usize::from(inner.width).saturating_sub(1);
            let text = format!("{lead}{}", pad(&fit(&harmless(&title), room), room, Align::Left));
            let role = if chosen { Role::Selected } else { Role::Text };
            let place = Rect { y: inner.y + y as u16, height: 1, ..inner };
            frame.render_widget(Line::styled(text, look.theme.style(role)), place);
        }
    }

    fn draw_table(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let Some(section) = self.section() else { return };
        let title = section.title(look.lang);
        let columns = section.columns();
        let closed = !self.may_change && !section.is_personal();
        let foot = if closed {
            t(look.lang, "settings.who", &[])
        } else {
            t(look.lang, "settings.foot", &[("count", &self.rows.len().to_string())])
        };
        let inner = parts::framed(frame, area, look, &title, Some(&foot), self.in_table);
        let says = match (&self.sure, &self.problem) {
            (Some((doing, id)), _) => {
                let row = self.rows.iter().find(|row| row.id == *id);
                let words = row.map(shown_row).unwrap_or_default();
                let key = if *doing == Doing::Code { "settings.sure_code" } else { "settings.sure" };
                Some(t(look.lang, key, &[("row", &words)]))
            }
            (None, problem) => problem.clone(),
        };
        let lines = says
            .map(|words| crate::text::width::wrap(&harmless(&words), usize::from(inner.width).max(1)))
            .unwrap_or_default();
        let below = lines.len().min(3) as u16;
        let widths = widths(columns, inner.width);
        let head: Vec<String> = columns
            .iter()
            .zip(&widths)
            .map(|((key, _), room)| {
                pad(&fit(&word(look.lang, WORDS, "field", key), *room), *room, Align::Left)
            })
            .collect();
        let heading = Line::styled(format!(" {}", head.join(" ")), look.theme.style(Role::Dim));
        frame.render_widget(heading, Rect { height: 1, ..inner });
        let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1 + below), ..inner };
        if self.rows.is_empty() {
            let words = if closed {
                t(look.lang, "ui.none", &[])
            } else {
                t(look.lang, "settings.empty", &[("key", &look.keymap.label(Command::Slot1))])
            };
            parts::centred(frame, body, look, &words);
        }
        for (y, index) in self.table.window(body).enumerate() {
            let row = &self.rows[index];
            let cells: Vec<String> = row
                .cells
                .iter()
                .zip(&widths)
                .map(|(cell, room)| pad(&fit(&harmless(cell), *room), *room, Align::Left))
                .collect();
            let chosen = self.table.selected() == Some(index) && self.in_table;
            let lead = if chosen { "\u{258c}" } else { " " };
            let role = if row.retired { Role::Dim } else { Role::Text };
            let mut line =
                Line::from(vec![Span::raw(lead), Span::styled(cells.join(" "), look.theme.style(role))]);
            if chosen {
                line = line.patch_style(look.theme.style(Role::Selected));
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
        for (y, line) in lines.into_iter().take(3).enumerate() {
            let place = Rect { y: body.bottom() + y as u16, height: 1, ..inner };
            frame.render_widget(Line::styled(line, look.theme.style(Role::Error)), place);
        }
    }
}

/// A row in few words: its first cells.
fn shown_row(row: &Row) -> String {
    let cells = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    cells.take(2).collect::<Vec<_>>().join("  ")
}

/// Columns of fixed width keep it; the others share what is left.
fn widths(columns: &[Column], total: u16) -> Vec<usize> {
    let gaps = columns.len() as u16 + 1;
    let fixed: u16 = columns.iter().map(|(_, width)| width).sum();
    let open = columns.iter().filter(|(_, width)| *width == 0).count().max(1) as u16;
    let share = total.saturating_sub(fixed + gaps) / open;
    columns.iter().map(|(_, width)| usize::from(if *width == 0 { share } else { *width })).collect()
}

impl Screen for SettingsScreen {
    fn refresh(&mut self, cx: &mut Cx) {
        self.read(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let list = if area.width >= 100 { 26 } else { 20 };
        let [left, right] = Layout::horizontal([Constraint::Length(list), Constraint::Min(1)]).areas(area);
        self.draw_list(frame, left, look);
        let section = self.list.selected().and_then(|index| self.sections.get(index));
        match (&mut self.form, section) {
            (Some(form), Some(section)) => {
                let row = self.rows.iter().find(|row| Some(row.id.as_str()) == form.row());
                let which = row.map(shown_row).unwrap_or_default();
                form.draw(section.as_ref(), &which, frame, right, look);
            }
            _ => self.draw_table(frame, right, look),
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if self.form.is_some() {
            return self.form_event(event, cx);
        }
        if let Event::Mouse(mouse) = event {
            return match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => self.click(mouse.column, mouse.row, cx),
                MouseEventKind::ScrollDown => self.walk(KeyCode::Down, cx),
                MouseEventKind::ScrollUp => self.walk(KeyCode::Up, cx),
                _ => false,
            };
        }
        self.key(event, cx)
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if let Some(form) = &self.form {
            return form.hints(look);
        }
        if let Some((doing, _)) = &self.sure {
            return vec![hint("Enter".into(), doing.key()), hint("Esc".into(), "ui.key.back")];
        }
        let mut hints = Vec::new();
        if let Some(section) = self.section().filter(|section| self.may_change || section.is_personal()) {
            for (doing, slot) in Doing::ALL.into_iter().zip(Command::SLOTS) {
                if section.can(doing) {
                    hints.push(hint(look.keymap.label(slot), doing.key()));
                }
            }
        }
        if let Some(leads) = self.section().and_then(Section::leads_to) {
            let key = look.keymap.label(Command::SLOTS[LEADS]);
            match leads {
                Leads::Command(command) => hints.push(hint(key, &format!("keys.{}", command.id()))),
                Leads::Screen(words, _) => hints.push(hint(key, words)),
            }
        }
        if !self.in_table {
            hints.push(hint("Enter".into(), "ui.key.choose"));
        }
        hints.push(hint("Esc".into(), "ui.key.back"));
        hints
    }

    fn takes_text(&self) -> bool {
        self.form.is_some()
    }

    fn takes_phrase(&self) -> bool {
        false
    }

    fn help_topic(&self) -> &'static str {
        "settings"
    }

    fn park(&mut self, cx: &mut Cx) -> bool {
        let section = self.section().map(|section| (section.id(), section.title(cx.lang)));
        match (&mut self.form, section) {
            (Some(form), Some((id, title))) => form.park(&id, &title, cx),
            _ => true,
        }
    }

    fn save_draft(&mut self, cx: &mut Cx) {
        let section = self.section().map(|section| (section.id(), section.title(cx.lang)));
        if let (Some(form), Some((id, title))) = (&mut self.form, section) {
            form.save_draft(&id, &title, cx);
        }
    }

    fn draft_waits(&self) -> bool {
        self.form.as_ref().is_some_and(RowForm::draft_waits)
    }
}
