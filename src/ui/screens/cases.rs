//! The tab of a kind: its list beside the case that is chosen.

use std::collections::HashMap;

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::case_view::CaseView;
use super::list::{Cursor, List};
use super::plan::Plan;
use super::rows::{Measures, Rows};
use crate::desk::field::Values;
use crate::desk::kind::{Kind, Phase};
use crate::exchange::export::What;
use crate::store::cases::{Order, Query, Row};
use crate::text::lang::t;
use crate::text::say::kind_name;
use crate::text::show::show_money;
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;

/// Rows read at a time.
const WINDOW: usize = 200;
/// From this width on the case stands beside the list.
const SIDE_BY_SIDE: u16 = 100;

/// What part of the cases a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    Open,
    Overdue,
    Today,
    Mine,
    Inside,
    All,
}

impl Filter {
    const fn key(self) -> &'static str {
        match self {
            Self::Open => "ui.filter.open",
            Self::Overdue => "ui.filter.overdue",
            Self::Today => "ui.filter.today",
            Self::Mine => "ui.filter.mine",
            Self::Inside => "ui.filter.inside",
            Self::All => "ui.filter.all",
        }
    }

    /// The filters of a kind, in the order of the key that goes through them.
    fn of(kind: &Kind) -> &'static [Self] {
        // Only the visitors' book has people inside.
        if kind.columns.contains(&"inside") || kind.id == "visit" {
            &[Self::Inside, Self::Open, Self::Today, Self::Overdue, Self::Mine, Self::All]
        } else {
            &[Self::Open, Self::Overdue, Self::Today, Self::Mine, Self::All]
        }
    }
}

/// List and case of one kind.
pub struct Cases {
    kind: &'static Kind,
    filter: Filter,
    rows: Vec<Row>,
    /// There are further rows below those that were read.
    more: bool,
    /// There are further rows above them: the list was entered from its end.
    above: bool,
    list: List,
    measures: Measures,
    /// How often each was used, where that is counted.
    uses: HashMap<String, u64>,
    open_count: u64,
    today_count: u64,
    done_count: u64,
    view: Option<CaseView>,
    /// At a narrow terminal the case is a page of its own.
    page: bool,
    /// A case asked for by its number that the filter does not show.
    guest: Option<String>,
}

impl Cases {
    /// The tab of a kind.
    #[must_use]
    pub fn new(kind: &'static Kind) -> Self {
        Self {
            kind,
            filter: Filter::of(kind)[0],
            rows: Vec::new(),
            more: false,
            above: false,
            list: List::default(),
            measures: Measures::default(),
            uses: HashMap::new(),
            open_count: 0,
            today_count: 0,
            done_count: 0,
            view: None,
            page: false,
            guest: None,
        }
    }

    fn query(&self, cx: &Cx) -> Query {
        let today = cx.settings.calendar.day_of(cx.now);
        let base = Query { kind: Some(self.kind.id.to_owned()), limit: WINDOW, ..Query::default() };
        match self.filter {
            Filter::Open => Query { open: Some(true), order: Order::Queue, ..base },
            Filter::Overdue => Query { overdue_at: Some(cx.now), order: Order::Queue, ..base },
            Filter::Today => Query { from: Some(today), to: Some(today), ..base },
            Filter::Mine => Query {
                open: Some(true),
                owner: Some(cx.session.name().to_owned()),
                order: Order::Queue,
                ..base
            },
            Filter::Inside => Query { inside: true, ..base },
            Filter::All => base,
        }
    }

    fn read(&mut self, cx: &mut Cx) {
        let kept =
            self.list.selected().and_then(|index| self.rows.get(index)).map(|row| row.case.number.clone());
        let query = Query {
            limit: self.rows.len().clamp(WINDOW, 10 * WINDOW),
            backwards: self.above,
            ..self.query(cx)
        };
        let today = cx.settings.calendar.day_of(cx.now);
        let kind = Some(self.kind.id.to_owned());
        if let Some(page) = cx.read(cx.store.list(&query)) {
            self.rows = page.rows;
            if query.backwards {
                self.rows.reverse();
            }
            (self.more, self.above) = (page.more && !query.backwards, page.more && query.backwards);
        }
        let open = Query { kind: kind.clone(), open: Some(true), ..Query::default() };
        let opened = Query { kind, from: Some(today), to: Some(today), ..Query::default() };
        self.open_count = cx.read(cx.store.count(&open)).unwrap_or_default();
        self.today_count = cx.read(cx.store.count(&opened)).unwrap_or_default();
        self.done_count = cx.read(cx.store.closed_on(self.kind.id, today)).unwrap_or_default();
        self.put_guest(cx);
        if self.kind.used.is_some() {
            self.uses = cx.read(cx.store.uses(self.kind)).unwrap_or_default();
        }
        self.measures = Measures::of(self.kind, &self.rows, &self.uses, &cx.look());
        // The list keeps its place on the same case, wherever it stands now.
        let place = kept.and_then(|number| self.rows.iter().position(|row| row.case.number == number));
        self.list.set_len(self.rows.len(), place);
        self.look_at_selected(cx);
    }

    /// A case that was asked for stands first, whatever the filter says.
    fn put_guest(&mut self, cx: &mut Cx) {
        let Some(number) = self.guest.as_ref().filter(|_| !self.above) else { return };
        if self.rows.iter().any(|row| row.case.number == *number) {
            return;
        }
        if let Some(Some(row)) = cx.read(cx.store.row(number)) {
            self.rows.insert(0, row);
        }
    }

    fn read_more(&mut self, cx: &mut Cx) {
        let near_end = self.list.selected().is_some_and(|index| index + 20 >= self.rows.len());
        if !self.more || !near_end {
            return;
        }
        let Some(last) = self.rows.last() else { return };
        let query = Query { after: Some((last.front, last.id)), ..self.query(cx) };
        if let Some(page) = cx.read(cx.store.list(&query)) {
            self.rows.extend(page.rows);
            self.more = page.more;
            self.measures = Measures::of(self.kind, &self.rows, &self.uses, &cx.look());
            self.list.set_len(self.rows.len(), self.list.selected());
        }
    }

    /// The rows above those that were read, when the place comes near them.
    fn read_above(&mut self, cx: &mut Cx) {
        let near_begin = self.list.selected().is_some_and(|index| index < 20);
        if !self.above || !near_begin {
            return;
        }
        let Some(first) = self.rows.first() else { return };
        let query = Query { after: Some((first.front, first.id)), backwards: true, ..self.query(cx) };
        if let Some(mut page) = cx.read(cx.store.list(&query)) {
            let place = self.list.selected().map(|index| index + page.rows.len());
            page.rows.reverse();
            self.rows.splice(..0, page.rows);
            self.above = page.more;
            self.measures = Measures::of(self.kind, &self.rows, &self.uses, &cx.look());
            self.list.set_len(self.rows.len(), place);
        }
    }

    /// Goes to the begin or the end of the whole list, also where only a part of it was read.
    fn jump(&mut self, to_end: bool, cx: &mut Cx) {
        if to_end && self.more || !to_end && self.above {
            (self.more, self.above) = (false, to_end);
            self.guest = None;
            self.rows.clear();
            self.list = List::default();
            self.read(cx);
        }
        self.list.select(if to_end { self.rows.len() } else { 0 });
        self.look_at_selected(cx);
    }

    fn look_at_selected(&mut self, cx: &mut Cx) {
        let number =
            self.list.selected().and_then(|index| self.rows.get(index)).map(|row| row.case.number.clone());
        self.view = match number {
            Some(number) => CaseView::read(&number, self.view.take(), cx),
            None => None,
        };
        if self.view.is_none() {
            self.page = false;
        }
    }

    fn next_filter(&mut self, cx: &mut Cx, step: isize) {
        let filters = Filter::of(self.kind);
        let at = filters.iter().position(|filter| *filter == self.filter).unwrap_or(0);
        let next = (at as isize + step).rem_euclid(filters.len() as isize) as usize;
        self.filter = filters[next];
        self.guest = None;
        self.above = false;
        self.rows.clear();
        self.list = List::default();
        self.read(cx);
    }

    fn key(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        let command = cx.keymap.resolve(key, Place::List);
        if let Some(view) = &mut self.view
            && let Some(action) = command.and_then(Command::slot).and_then(|slot| view.slot_action(slot))
        {
            cx.send(Message::Act(view.number().to_owned(), action));
            return true;
        }
        match command {
            Some(Command::Actions) => {
                if let Some(view) = &self.view {
                    cx.send(Message::Push(super::actions_menu(view)));
                }
                return true;
            }
            Some(Command::Print) => {
                if let Some(view) = &self.view
                    && let Some(dialog) = super::print_case(view.number(), cx)
                {
                    cx.send(Message::Push(dialog));
                }
                return true;
            }
            Some(Command::NextFilter) => self.next_filter(cx, 1),
            Some(Command::PreviousFilter) => self.next_filter(cx, -1),
            Some(Command::NewHere) => cx.send(Message::NewCase(self.kind.id.to_owned(), Values::new())),
            Some(Command::Plan) if self.kind.pool.is_some() => {
                if let Some(plan) = Plan::new(self.kind, cx) {
                    cx.send(Message::Push(Box::new(plan)));
                }
            }
            Some(Command::Household) => {
                if let Some(unit) = self.view.as_ref().and_then(|view| view.unit()) {
                    cx.send(Message::ShowHousehold(unit.to_owned()));
                }
            }
            Some(Command::Back) if self.page => self.page = false,
            Some(Command::Back) if self.guest.is_some() => {
                self.guest = None;
                self.read(cx);
            }
            _ => return self.move_key(key.code, cx),
        }
        true
    }

    fn move_key(&mut self, code: KeyCode, cx: &mut Cx) -> bool {
        if self.page || matches!(code, KeyCode::Right | KeyCode::Left) {
            let scrolled = self.view.as_mut().is_some_and(|view| view.key(code, cx));
            if scrolled {
                return true;
            }
        }
        match code {
            KeyCode::Enter if self.view.is_some() => {
                self.page = true;
                true
            }
            KeyCode::Home | KeyCode::End => {
                self.jump(code == KeyCode::End, cx);
                true
            }
            _ => {
                let moved = self.list.key(code);
                self.follow(moved, cx);
                moved != Cursor::Ignored
            }
        }
    }

    /// Another row is chosen: its case is read, and further rows where they come near.
    fn follow(&mut self, moved: Cursor, cx: &mut Cx) {
        if moved == Cursor::Moved {
            self.look_at_selected(cx);
            self.read_more(cx);
            self.read_above(cx);
        }
    }

    fn draw_list(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(
            look.lang,
            "ui.list_title",
            &[
                ("kind", &kind_name(look.lang, self.kind.id)),
                ("open", &self.open_count.to_string()),
                ("today", &self.today_count.to_string()),
                ("done", &self.done_count.to_string()),
            ],
        );
        let more = if self.more || self.above { "+" } else { "" };
        let mut foot = t(
            look.lang,
            "ui.list_foot",
            &[
                ("count", &format!("{}{more}", self.rows.len())),
                ("filter", &t(look.lang, self.filter.key(), &[])),
                ("key", &look.keymap.label(Command::NextFilter)),
            ],
        );
        if let Some(sum) = self.kind.sum(self.rows.iter().map(|row| &row.case)) {
            let total = t(look.lang, "ui.form.total", &[("amount", &format!("{}{more}", show_money(sum)))]);
            foot = format!("{total}  {foot}");
        }
        let inner = parts::framed(frame, area, look, &title, Some(&foot), !self.page);
        if self.rows.is_empty() {
            let (new, other) = (look.keymap.label(Command::NewHere), look.keymap.label(Command::NextFilter));
            let words = t(look.lang, "ui.list_empty", &[("key", &new), ("other", &other)]);
            parts::centred(frame, inner, look, &words);
            return;
        }
        let rows = Rows { kind: self.kind, all: &self.rows, uses: &self.uses, measures: self.measures };
        super::rows::draw(frame, inner, look, &rows, &mut self.list);
    }
}

impl Screen for Cases {
    fn refresh(&mut self, cx: &mut Cx) {
        self.read(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        if area.width >= SIDE_BY_SIDE {
            let [list, side] =
                Layout::horizontal([Constraint::Percentage(60), Constraint::Percentage(40)]).areas(area);
            self.draw_list(frame, list, look);
            match &mut self.view {
                Some(view) => view.draw(frame, side, look, self.page),
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
            self.follow(moved, cx);
            return moved != Cursor::Ignored;
        }
        self.key(event, cx)
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let mut hints = self.view.as_ref().map(|view| view.hints(look)).unwrap_or_default();
        if self.kind.pool.is_some() {
            let plan = Hint { key: look.keymap.label(Command::Plan), does: t(look.lang, "ui.key.plan", &[]) };
            hints.insert(0, plan);
        }
        if self.kind.coded.is_some() && !self.page {
            let does = t(look.lang, "ui.key.check-code", &[]);
            hints.insert(0, Hint { key: look.keymap.label(Command::CheckCode), does });
        }
        if self.page {
            hints
                .push(Hint { key: look.keymap.label(Command::Back), does: t(look.lang, "ui.key.back", &[]) });
        }
        hints
    }

    fn help_topic(&self) -> &'static str {
        self.kind.id
    }

    fn exports(&self) -> Option<What> {
        Some(What::Cases(self.kind))
    }

    fn show_case(&mut self, number: &str, cx: &mut Cx) {
        self.guest = Some(number.to_owned());
        self.above = false;
        self.read(cx);
        if let Some(place) = self.rows.iter().position(|row| row.case.number == number) {
            self.list.set_len(self.rows.len(), Some(place));
            self.look_at_selected(cx);
            self.page = true;
        }
    }

    fn point_at(&mut self, number: &str, cx: &mut Cx) {
        if let Some(place) = self.rows.iter().position(|row| row.case.number == number) {
            self.list.set_len(self.rows.len(), Some(place));
            self.look_at_selected(cx);
        }
    }
}

/// The mark in front of a row and what it says about the case.
pub(super) fn urgency_mark(row: &Row, look: &Look, phase: Phase) -> parts::Mark {
    let due = [row.due_at, row.callback_at].into_iter().flatten().min();
    match due {
        Some(due) if due < look.now => parts::Mark::Overdue,
        Some(due) if (due - look.now).num_minutes() <= i64::from(look.settings.soon_minutes) => {
            parts::Mark::Soon
        }
        _ => match phase {
            Phase::Todo if row.front => parts::Mark::Front,
            Phase::Todo => parts::Mark::Todo,
            Phase::Doing => parts::Mark::Doing,
            Phase::Waiting => parts::Mark::Waiting,
            Phase::Done => parts::Mark::Done,
            Phase::Void => parts::Mark::Void,
        },
    }
}
