//! The counter's other services: the kinds that have no tab of their own, and the desk's own ways.
//!
//! A service is two keys away: the tab's digit, then the service's. The ledgers of the office that the
//! counter does not keep itself stand together behind one key, as nobody waits for them there. What is chosen takes the whole
//! tab, with its list and case as the tabs of the first kinds have them; going back shows the choice
//! that it was made in, going to the tab again the first one.

use crossterm::event::{Event, KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cases::Cases;
use super::list::{Cursor, List};
use crate::desk::field::Values;
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::exchange::export::What;
use crate::store::cases::Query;
use crate::text::lang::t;
use crate::text::say::kind_name;
use crate::text::width::{Align, fit, pad};
use crate::ui::app::TABS;
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Columns of a service's name.
const NAME: usize = 26;

/// A kind of case with its list, and what waits there.
struct Book {
    kind: &'static Kind,
    cases: Cases,
    open: u64,
    today: u64,
    overdue: u64,
}

/// One line of the choice.
#[derive(Clone, Copy)]
enum Service {
    /// The book of that place.
    Book(usize),
    /// The ledgers of the office.
    Office,
    Do(Command, &'static str),
}

/// The services there are.
pub struct Services {
    books: Vec<Book>,
    /// What is offered now.
    choice: Vec<Service>,
    list: List,
    /// Whether the office's ledgers are offered, not the services.
    office: bool,
    /// The book that has the tab.
    inside: Option<usize>,
}

impl Services {
    pub fn new(kinds: Kinds) -> Self {
        let books: Vec<Book> = kinds
            .iter()
            .skip(super::OWN_TABS)
            .map(|kind| Book { kind, cases: Cases::new(kind), open: 0, today: 0, overdue: 0 })
            .collect();
        let mut services =
            Self { books, choice: Vec::new(), list: List::default(), office: false, inside: None };
        services.offer(false, None);
        services
    }

    /// Offers the services, or the ledgers of the office, with the cursor on a line.
    fn offer(&mut self, office: bool, line: Option<usize>) {
        self.office = office;
        self.choice = (0..self.books.len())
            .filter(|book| self.books[*book].kind.stands_back() == office)
            .map(Service::Book)
            .collect();
        if !office {
            self.choice
                .extend(self.books.iter().any(|book| book.kind.stands_back()).then_some(Service::Office));
            self.choice.extend([
                Service::Do(Command::Find, "ui.services.find"),
                Service::Do(Command::Phrases, "ui.services.phrases"),
                Service::Do(Command::Import, "ui.services.import"),
                Service::Do(Command::Settings, "ui.services.settings"),
            ]);
        }
        self.list.set_len(self.choice.len(), line);
    }

    /// The line of the services that the office's ledgers stand behind.
    fn office_line(&self) -> Option<usize> {
        self.choice.iter().position(|service| matches!(service, Service::Office))
    }

    /// Goes back by one choice; `false` from the first one.
    fn back(&mut self, cx: &mut Cx) -> bool {
        if self.inside.take().is_none() {
            if !self.office {
                return false;
            }
            self.offer(false, None);
            if let Some(line) = self.office_line() {
                self.list.select(line);
            }
        }
        self.count(cx);
        true
    }

    fn choose(&mut self, cx: &mut Cx) {
        match self.list.selected().and_then(|index| self.choice.get(index)).copied() {
            Some(Service::Book(book)) => {
                self.inside = Some(book);
                self.books[book].cases.refresh(cx);
            }
            Some(Service::Office) => self.offer(true, Some(0)),
            Some(Service::Do(command, _)) => cx.send(Message::Run(command)),
            None => {}
        }
    }

    fn book(&mut self) -> Option<&mut Cases> {
        self.books.get_mut(self.inside?).map(|book| &mut book.cases)
    }

    fn count(&mut self, cx: &mut Cx) {
        let today = cx.settings.calendar.day_of(cx.now);
        for book in &mut self.books {
            let all = Query { kind: Some(book.kind.id.to_owned()), ..Query::default() };
            let open = Query { open: Some(true), ..all.clone() };
            let late = Query { overdue_at: Some(cx.now), ..all.clone() };
            let opened = Query { from: Some(today), to: Some(today), ..all };
            let mut count = |query: &Query| cx.read(cx.store.count(query)).unwrap_or_default();
            (book.open, book.overdue, book.today) = (count(&open), count(&late), count(&opened));
        }
    }

    /// The key of a line: digits first, then the keys that a case and its actions have elsewhere.
    fn key_of(look: &Look, index: usize) -> String {
        if index < TABS {
            return ((index + 1) % TABS).to_string();
        }
        Command::LINES.get(index - TABS).map(|line| look.keymap.label(*line)).unwrap_or_default()
    }

    /// The line that a key asks for. With Alt a digit is a tab here too.
    fn line_of(key: &KeyEvent, cx: &Cx) -> Option<usize> {
        let command = cx.keymap.resolve(key, Place::List)?;
        let digit =
            command.tab().filter(|_| matches!(key.code, KeyCode::Char(_)) && key.modifiers.is_empty());
        digit.or_else(|| Some(TABS + Command::LINES.iter().position(|line| *line == command)?))
    }

    fn key(&mut self, key: &KeyEvent, cx: &mut Cx) -> bool {
        if let Some(line) = Self::line_of(key, cx) {
            if line < self.choice.len() {
                self.list.select(line);
                self.choose(cx);
            }
            return true;
        }
        if cx.keymap.resolve(key, Place::List) == Some(Command::NewHere) {
            if let Some(Service::Book(book)) = self.list.selected().map(|index| self.choice[index]) {
                cx.send(Message::NewCase(self.books[book].kind.id.to_owned(), Values::new()));
            }
            return true;
        }
        if cx.keymap.resolve(key, Place::List) == Some(Command::Back) {
            return self.back(cx);
        }
        match key.code {
            KeyCode::Enter => self.choose(cx),
            code => return self.list.key(code) != Cursor::Ignored,
        }
        true
    }

    /// What waits in some books: open ones, those of today, overdue ones.
    fn counts(books: impl Iterator<Item = (u64, u64, u64)>, look: &Look, spans: &mut Vec<Span<'static>>) {
        let (open, today, overdue) =
            books.fold((0, 0, 0), |sum, book| (sum.0 + book.0, sum.1 + book.1, sum.2 + book.2));
        let counts =
            t(look.lang, "ui.services.counts", &[("open", &open.to_string()), ("today", &today.to_string())]);
        spans.push(Span::styled(pad(&counts, 22, Align::Left), look.theme.style(Role::Dim)));
        if overdue > 0 {
            let late = t(look.lang, "ui.services.overdue", &[("count", &overdue.to_string())]);
            let mark = parts::mark(parts::Mark::Overdue, look);
            spans.push(Span::styled(format!("{} {late}", mark.content), mark.style));
        }
    }

    fn line(&self, index: usize, look: &Look) -> Line<'static> {
        let mut spans =
            vec![Span::styled(pad(&Self::key_of(look, index), 5, Align::Right), look.theme.style(Role::Key))];
        let name = |text: &str| format!("  {} ", pad(&fit(text, NAME), NAME, Align::Left));
        match self.choice[index] {
            Service::Book(book) => {
                let Book { kind, open, today, overdue, .. } = &self.books[book];
                spans.push(Span::styled(name(&kind_name(look.lang, kind.id)), look.theme.style(Role::Text)));
                Self::counts([(*open, *today, *overdue)].into_iter(), look, &mut spans);
            }
            Service::Office => {
                spans.push(Span::styled(
                    name(&t(look.lang, "ui.services.office", &[])),
                    look.theme.style(Role::Text),
                ));
                let ledgers = || self.books.iter().filter(|book| book.kind.stands_back());
                Self::counts(ledgers().map(|book| (book.open, book.today, book.overdue)), look, &mut spans);
            }
            Service::Do(command, words) => {
                spans.push(Span::styled(name(&t(look.lang, words, &[])), look.theme.style(Role::Text)));
                spans.push(Span::styled(look.keymap.label(command), look.theme.style(Role::Dim)));
            }
        }
        Line::from(spans)
    }
}

impl Screen for Services {
    fn enter(&mut self) {
        self.inside = None;
        if self.office {
            self.offer(false, Some(0));
        }
    }

    fn refresh(&mut self, cx: &mut Cx) {
        match self.book() {
            Some(cases) => cases.refresh(cx),
            None => self.count(cx),
        }
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        if let Some(cases) = self.book() {
            cases.draw(frame, area, look);
            return;
        }
        let inner = parts::framed(frame, area, look, &t(look.lang, "ui.tab.services", &[]), None, true);
        for (y, index) in self.list.window(inner).enumerate() {
            let mut line = self.line(index, look);
            if self.list.selected() == Some(index) {
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Some(cases) = self.book() {
            if cases.event(event, cx) {
                return true;
            }
            let Event::Key(key) = event else { return false };
            let back = cx.keymap.resolve(key, Place::List);
            if !matches!(back, Some(Command::Back | Command::Tab8)) {
                return false;
            }
            return self.back(cx);
        }
        match event {
            Event::Key(key) => return self.key(key, cx),
            Event::Mouse(mouse) if super::wheel(*mouse).is_some() => {
                self.list.mouse(*mouse);
            }
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                if self.list.mouse(*mouse) == Cursor::Ignored {
                    return false;
                }
                self.choose(cx);
            }
            _ => return false,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        if let Some(book) = self.inside {
            let mut hints = self.books[book].cases.hints(look);
            let back = look.keymap.label(Command::Back);
            // A case that fills the page goes back to its list first.
            if hints.iter().all(|hint| hint.key != back) {
                hints.push(Hint { key: back, does: t(look.lang, "ui.tab.services", &[]) });
            }
            return hints;
        }
        let new = t(look.lang, "ui.services.new", &[]);
        let mut hints = vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.choose", &[]) },
            Hint { key: look.keymap.label(Command::NewHere), does: new },
        ];
        if self.office {
            let back = look.keymap.label(Command::Back);
            hints.push(Hint { key: back, does: t(look.lang, "ui.tab.services", &[]) });
        }
        hints
    }

    fn exports(&self) -> Option<What> {
        self.inside.map(|book| What::Cases(self.books[book].kind))
    }

    fn help_topic(&self) -> &'static str {
        self.inside.map_or("services", |book| self.books[book].kind.id)
    }

    fn point_at(&mut self, number: &str, cx: &mut Cx) {
        if let Some(book) = self.inside {
            self.books[book].cases.point_at(number, cx);
        }
    }

    fn show_case(&mut self, number: &str, cx: &mut Cx) {
        let prefix = crate::desk::number::parse(number).map(|(prefix, _, _)| prefix);
        let book = self.books.iter().position(|book| prefix.is_some_and(|prefix| prefix == book.kind.prefix));
        if let Some(book) = book {
            self.inside = Some(book);
            self.offer(self.books[book].kind.stands_back(), None);
            let line =
                self.choice.iter().position(|service| matches!(service, Service::Book(at) if *at == book));
            self.list.select(line.unwrap_or_default());
            self.books[book].cases.show_case(number, cx);
        }
    }
}
