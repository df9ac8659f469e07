//! One case: who, what, what was done, what can be done now.

use chrono::{DateTime, Utc};
use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::cases::urgency_mark;
use crate::counter::passes;
use crate::desk::case::Case;
use crate::desk::check_code::CheckCode;
use crate::desk::field::as_instant;
use crate::desk::household::Household;
use crate::desk::kind::Kind;
use crate::desk::outcome::Outcome;
use crate::desk::parts::Progress;
use crate::desk::timeline::{Entry, Event};
use crate::desk::workflow::{Offer, PRINTED};
use crate::store::cases::{Query, Row};
use crate::text::changed::{changes, same_minute};
use crate::text::lang::t;
use crate::text::outcome::{self, Mark};
use crate::text::plain::harmless;
use crate::text::say::{by, say, word};
use crate::text::show::{mask_phone, show_basis, show_span};
use crate::text::shown::Reader;
use crate::text::spelled::spelled;
use crate::text::width::{Align, fit, pad, width as text_width, wrap};
use crate::ui::cx::{Cx, Hint};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Open cases of the same household that are named.
const NEIGHBOURS: usize = 3;

/// A case with what stands around it.
pub struct CaseView {
    kind: &'static Kind,
    case: Case,
    entries: Vec<Entry>,
    offers: Vec<Offer>,
    household: Option<Household>,
    /// What it came to, where others score it.
    outcome: Option<Outcome>,
    /// How far it is, where it is made of others.
    progress: Option<Progress>,
    /// By how many cases it is named, where that is counted.
    uses: Option<u64>,
    /// What its paper bears.
    code: Option<CheckCode>,
    neighbours: Vec<Row>,
    /// The steps that lead on from here.
    ahead: Vec<Vec<&'static str>>,
    scroll: u16,
    lines: u16,
    /// Where it was last drawn.
    drawn: Rect,
}

impl CaseView {
    /// Reads a case; the place in it stays when it is the same one as before.
    #[must_use]
    pub fn read(number: &str, before: Option<Self>, cx: &mut Cx) -> Option<Self> {
        let case = cx.read(cx.store.case(number)).flatten()?;
        let kind = cx.store.kinds().get(&case.kind)?;
        let entries = cx.read(cx.store.timeline(number)).unwrap_or_default();
        let offers = cx.tell(crate::counter::cases::offers(cx.store, cx.session, cx.now, cx.settings, &case));
        let household = match &case.unit {
            Some(unit) => cx.read(cx.store.household(unit)).flatten(),
            None => None,
        };
        let outcome = cx.tell(crate::counter::outcome::outcome(cx.store, cx.settings, &case)).flatten();
        let progress = cx.tell(crate::counter::progress::progress(cx.store, cx.now, &case)).flatten();
        let uses = kind.used.and_then(|_| cx.read(cx.store.references_to(number)));
        let code = kind.coded.and_then(|_| cx.tell(passes::code_of(cx.store, cx.session, number)).flatten());
        let neighbours = match &case.unit {
            Some(unit) => {
                let query = Query {
                    unit: Some(unit.clone()),
                    open: Some(true),
                    limit: NEIGHBOURS + 1,
                    ..Query::default()
                };
                cx.read(cx.store.list(&query)).map(|page| page.rows).unwrap_or_default()
            }
            None => Vec::new(),
        };
        let neighbours =
            neighbours.into_iter().filter(|row| row.case.number != number).take(NEIGHBOURS).collect();
        let before = before.filter(|view| view.case.number == number);
        let (scroll, lines, drawn) =
            before.map_or((0, 0, Rect::ZERO), |view| (view.scroll, view.lines, view.drawn));
        let ahead =
            cx.tell(crate::counter::cases::way_ahead(cx.store, cx.session, cx.now, cx.settings, &case));
        Some(Self {
            kind,
            case,
            entries,
            offers: offers.unwrap_or_default(),
            household,
            outcome,
            progress,
            uses,
            code,
            neighbours,
            ahead: ahead.unwrap_or_default(),
            scroll,
            lines,
            drawn,
        })
    }

    /// The case's number.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.case.number
    }

    /// The case's unit.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.case.unit.as_deref()
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// Everything the state offers, refused ones with why not.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The actions on the keys from F5 on: allowed ones, the kind's own and callbacks first.
    fn slots(&self) -> impl Iterator<Item = &Offer> {
        let allowed = |offer: &&Offer| offer.why_not.is_none();
        let near = |offer: &Offer| {
            offer.own || offer.action.starts_with("callback-") && offer.action != "callback-add"
        };
        let first = self.offers.iter().filter(allowed).filter(move |offer| near(offer));
        let rest = self.offers.iter().filter(allowed).filter(move |offer| !near(offer));
        first.chain(rest)
    }

    /// The action of a key slot.
    #[must_use]
    pub fn slot_action(&self, slot: usize) -> Option<&'static str> {
        self.slots().nth(slot).map(|offer| offer.action)
    }

    /// The keys that can be pressed for this case now.
    #[must_use]
    pub fn hints(&self, look: &Look) -> Vec<Hint> {
        self.slots()
            .zip(crate::ui::keys::Command::SLOTS)
            .map(|(offer, command)| Hint {
                key: look.keymap.label(command),
                does: word(look.lang, self.kind.id, "action", offer.action),
            })
            .collect()
    }

    /// Scrolls; `false` for keys that do not.
    pub fn key(&mut self, code: KeyCode, _cx: &mut Cx) -> bool {
        let page = self.drawn.height.saturating_sub(2).max(1);
        let last = self.lines.saturating_sub(self.drawn.height);
        self.scroll = match code {
            KeyCode::Down | KeyCode::Right => self.scroll.saturating_add(1),
            KeyCode::Up | KeyCode::Left => self.scroll.saturating_sub(1),
            KeyCode::PageDown => self.scroll.saturating_add(page),
            KeyCode::PageUp => self.scroll.saturating_sub(page),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => return false,
        }
        .min(last);
        true
    }

    /// Scrolls by so many lines.
    pub fn scroll_by(&mut self, lines: i32) {
        let last = i32::from(self.lines.saturating_sub(self.drawn.height));
        self.scroll = (i32::from(self.scroll) + lines).clamp(0, last) as u16;
    }

    /// Whether it was drawn at that place.
    #[must_use]
    pub fn is_under(&self, column: u16, row: u16) -> bool {
        self.drawn.contains((column, row).into())
    }

    /// Something else stands in its place.
    pub const fn hide(&mut self) {
        self.drawn = Rect::ZERO;
    }

    /// Draws the case; `whole` when it is the page at work, then telephone numbers stand in full.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look, whole: bool) {
        let state = word(look.lang, self.kind.id, "state", &self.case.state);
        let title = format!("{}  {state}", self.case.number);
        let inner = parts::framed(frame, area, look, &title, None, whole);
        let lines = self.content(usize::from(inner.width), look, whole);
        self.drawn = inner;
        self.lines = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        self.scroll = self.scroll.min(self.lines.saturating_sub(inner.height));
        let shown: Vec<Line> =
            lines.into_iter().skip(usize::from(self.scroll)).take(usize::from(inner.height)).collect();
        frame.render_widget(Paragraph::new(shown), inner);
    }

    fn content(&self, width: usize, look: &Look, whole: bool) -> Vec<Line<'static>> {
        let mut lines = Lines { width, out: Vec::new() };
        self.head(&mut lines, look, whole);
        self.duties(&mut lines, look);
        self.way_ahead(&mut lines, look);
        self.around(&mut lines, look);
        self.progress(&mut lines, look);
        self.result(&mut lines, look);
        self.reading(&mut lines, look);
        self.details(&mut lines, look);
        self.history(&mut lines, look, whole);
        self.refused(&mut lines, look);
        lines.out
    }

    fn head(&self, lines: &mut Lines, look: &Look, whole: bool) {
        let case = &self.case;
        let phone =
            case.phone.as_deref().map(|phone| if whole { phone.to_owned() } else { mask_phone(phone) });
        let relation = self.household.as_ref().and_then(|household| {
            let known =
                household.residents.iter().find(|resident| Some(&resident.name) == case.contact.as_ref())?;
            Some(t(look.lang, &format!("household.relation.{}", known.relation.id()), &[]))
        });
        let who = [case.unit.clone(), case.contact.clone(), relation, phone];
        let who: Vec<String> = who.into_iter().flatten().collect();
        let urgent = case.urgency.as_deref() == Some("urgent");
        let mut who = who.join("  ");
        if urgent {
            who = format!("[{}]  {who}", word(look.lang, self.kind.id, "option.urgency", "urgent"));
        }
        lines.add(&who, look.theme.style(if urgent { Role::Overdue } else { Role::Accent }));
        lines.add(&look.summary(case), look.theme.style(Role::Title));
        if let Some(reason) = &case.escalated {
            let words = t(look.lang, "ui.case.escalated", &[("reason", reason)]);
            lines.add(&words, look.theme.style(Role::DueSoon));
        }
    }

    /// Promise and callback, with the rule they were made by.
    fn duties(&self, lines: &mut Lines, look: &Look) {
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        if let Some(promise) = self.case.promise() {
            let late = promise.due < look.now;
            let words = t(
                look.lang,
                "ui.case.promise",
                &[
                    ("stage", &t(look.lang, &format!("stage.{}", promise.stage), &[])),
                    ("due", &reader.when(promise.due)),
                    ("rule", &show_basis(&promise.basis, look.lang)),
                ],
            );
            lines.add(&late_mark(&words, late, promise.due, look), duty_style(late, look));
        }
        for callback in self.case.callbacks.iter().filter(|callback| callback.is_open()) {
            let late = callback.is_overdue(look.now);
            let mut words = t(
                look.lang,
                "ui.case.callback",
                &[
                    ("due", &reader.when(callback.next_at())),
                    ("rule", &show_basis(&callback.basis, look.lang)),
                ],
            );
            if !callback.attempts.is_empty() {
                words.push_str(&t(
                    look.lang,
                    "ui.case.attempts",
                    &[("count", &callback.attempts.len().to_string())],
                ));
            }
            if callback.asks_visit() {
                words.push_str(&t(look.lang, "ui.case.visit_instead", &[]));
            }
            lines.add(&late_mark(&words, late, callback.next_at(), look), duty_style(late, look));
        }
    }

    /// How far it is, where it is made of others.
    fn progress(&self, lines: &mut Lines, look: &Look) {
        let Some(progress) = &self.progress else { return };
        let role = if progress.overdue > 0 { Role::DueSoon } else { Role::Text };
        lines.add(&outcome::progress(progress, look.lang), look.theme.style(role));
        lines.out.push(Line::default());
    }

    /// What a survey came to, with a word and a mark at each target.
    fn result(&self, lines: &mut Lines, look: &Look) {
        let Some(outcome) = &self.outcome else { return };
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        lines.rule(&t(look.lang, "survey.result.title", &[]), look);
        for (mark, words) in outcome::sentences(outcome, &reader) {
            let role = match mark {
                Mark::Plain => Role::Text,
                Mark::Reached => Role::Done,
                Mark::Missed => Role::DueSoon,
            };
            lines.add(&words, look.theme.style(role));
        }
        let headings = outcome::headings(&reader);
        let rows = outcome::rows(outcome, &reader);
        let figures = |column: usize| {
            let cells = rows.iter().chain([&headings]).map(|row| text_width(&row[column]));
            cells.max().unwrap_or(0)
        };
        let figures = [figures(1), figures(2), figures(3)];
        let room = lines.width.saturating_sub(figures.iter().map(|columns| columns + 2).sum());
        let name = rows.iter().chain([&headings]).map(|row| text_width(&row[0])).max().unwrap_or(0).min(room);
        for (row, role) in
            [(&headings, Role::Dim)].into_iter().chain(rows.iter().map(|row| (row, Role::Text)))
        {
            let mut line = pad(&fit(&row[0], name), name, Align::Left);
            for (cell, columns) in row[1..].iter().zip(figures) {
                line.push_str("  ");
                line.push_str(&pad(cell, columns, Align::Right));
            }
            lines.one(&line, look.theme.style(role));
        }
        lines.out.push(Line::default());
    }

    /// What is read out of it, and how often that was done.
    fn reading(&self, lines: &mut Lines, look: &Look) {
        let Some(used) = self.kind.used else { return };
        let count = self.uses.unwrap_or_default().to_string();
        lines.add(&t(look.lang, "ui.answer.used", &[("count", &count)]), look.theme.style(Role::Dim));
        lines.out.push(Line::default());
        let body = self.case.text(used.read_from).unwrap_or_default();
        lines.out.extend(parts::markdown::lines(&body, lines.width, look));
        lines.out.push(Line::default());
    }

    fn details(&self, lines: &mut Lines, look: &Look) {
        if let Some(code) = &self.code {
            let label = word(look.lang, self.kind.id, "field", "check_code");
            lines.pair(&label, &[code.to_string(), spelled(code, look.lang)], look);
        }
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        let read_out = self.kind.used.map_or("", |used| used.read_from);
        let summary = look.summary(&self.case);
        let shown_above = ["unit", "contact", "phone", "urgency", read_out];
        for field in self.kind.all_fields().filter(|field| !shown_above.contains(&field.key)) {
            let value = self.case.get(field.key);
            let first_lines = reader.lines(self.kind.id, field, &value);
            let same_as_summary = first_lines.len() == 1 && first_lines[0] == summary;
            // When a step was done stands in the timeline.
            let told = |at| self.entries.iter().any(|entry| same_minute(entry.at, at));
            if value.is_null() || same_as_summary || as_instant(&value).is_some_and(told) {
                continue;
            }
            let label = reader.label(self.kind.id, field.key);
            lines.pair(&label, &first_lines, look);
        }
        if self.case.owner != self.case.opened_by {
            let label = word(look.lang, self.kind.id, "field", "owner");
            lines.pair(&label, std::slice::from_ref(&self.case.owner), look);
        }
    }

    fn history(&self, lines: &mut Lines, look: &Look, whole: bool) {
        lines.rule(&t(look.lang, "ui.case.history", &[]), look);
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        for entry in &self.entries {
            let done = word(look.lang, self.kind.id, "done", &entry.action);
            let head = format!("{}  {done}", reader.when(entry.at));
            let by = by(entry, look.lang);
            lines.add(&format!("\u{25cf} {head}  {by}"), look.theme.style(Role::Text));
            for line in self.entry_lines(entry, look, whole) {
                lines.indented(&line, look.theme.style(Role::Dim));
            }
        }
    }

    /// What an entry says beside its name: the note, links, and what was amended.
    fn entry_lines(&self, entry: &Entry, look: &Look, whole: bool) -> Vec<String> {
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        let mut lines = Vec::new();
        lines.extend(entry.note().map(str::to_owned));
        if entry.action == PRINTED
            && let Some(form) = entry.inputs.get("form").and_then(serde_json::Value::as_str)
        {
            lines.push(t(look.lang, &format!("paper.form.{form}"), &[]));
        }
        lines.extend(changes(&reader, self.kind, entry, whole));
        for event in &entry.events {
            if let Event::Linked(link) = event {
                let relation = t(look.lang, &format!("relation.{}", link.relation), &[]);
                lines.push(format!("{relation} {}", link.number));
            }
            if let Event::CallbackTried { attempt, .. } = event
                && let Some(score) = attempt.score
            {
                lines.push(t(look.lang, "ui.case.score", &[("score", &score.to_string())]));
            }
        }
        lines
    }

    /// The steps that lead on from here in one line.
    fn way_ahead(&self, lines: &mut Lines, look: &Look) {
        if self.ahead.is_empty() {
            return;
        }
        let name = |action: &&str| word(look.lang, self.kind.id, "action", action);
        let steps: Vec<String> =
            self.ahead.iter().map(|step| step.iter().map(name).collect::<Vec<_>>().join(" / ")).collect();
        lines.add(&format!("\u{25cb} {}", steps.join(" > ")), look.theme.style(Role::Accent));
    }

    /// What the state offers and a rule refuses, so that one sees why.
    fn refused(&self, lines: &mut Lines, look: &Look) {
        let refused = self.offers.iter().filter(|offer| offer.own);
        let mut titled = false;
        for (offer, why) in refused.filter_map(|offer| Some((offer, offer.why_not.as_ref()?))) {
            if !titled {
                lines.rule(&t(look.lang, "ui.case.not_yet", &[]), look);
                titled = true;
            }
            let name = word(look.lang, self.kind.id, "action", offer.action);
            let why = say(why, look.lang, look.settings.calendar.tz());
            lines.add(&format!("- {name}: {why}"), look.theme.style(Role::Dim));
        }
    }

    fn around(&self, lines: &mut Lines, look: &Look) {
        if self.neighbours.is_empty() {
            return;
        }
        lines.add(&t(look.lang, "ui.case.same_household", &[]), look.theme.style(Role::Dim));
        for row in &self.neighbours {
            let Some(phase) =
                crate::desk::kinds::STANDARD.get(&row.case.kind).map(|k| k.phase(&row.case.state))
            else {
                continue;
            };
            let mark = parts::mark(urgency_mark(row, look, phase), look);
            let state = word(look.lang, &row.case.kind, "state", &row.case.state);
            let text = format!("{} {} {state}  {}", mark.content, row.case.number, look.summary(&row.case));
            lines.one(&text, mark.style);
        }
    }
}

fn duty_style(late: bool, look: &Look) -> Style {
    look.theme.style(if late { Role::Overdue } else { Role::Text })
}

fn late_mark(words: &str, late: bool, due: DateTime<Utc>, look: &Look) -> String {
    if !late {
        return words.to_owned();
    }
    let span = show_span((look.now - due).num_minutes(), look.lang);
    format!("!! {words}  {}", t(look.lang, "ui.overdue_by", &[("span", &span)]))
}

/// Lines of a given width under construction.
struct Lines {
    width: usize,
    out: Vec<Line<'static>>,
}

impl Lines {
    fn add(&mut self, text: &str, style: Style) {
        for line in wrap(&harmless(text), self.width.max(1)) {
            self.out.push(Line::styled(line, style));
        }
    }

    /// A single line, cut where it is too long.
    fn one(&mut self, text: &str, style: Style) {
        self.out.push(Line::styled(fit(&harmless(text), self.width), style));
    }

    fn indented(&mut self, text: &str, style: Style) {
        for part in text.lines() {
            for line in wrap(&harmless(part), self.width.saturating_sub(2).max(1)) {
                self.out.push(Line::styled(format!("  {line}"), style));
            }
        }
    }

    fn pair(&mut self, label: &str, values: &[String], look: &Look) {
        let label_width = crate::text::width::width(label) + 2;
        let room = self.width.saturating_sub(label_width).max(8);
        let mut first = true;
        for value in values {
            for line in wrap(value, room) {
                let lead = if first { format!("{label}: ") } else { " ".repeat(label_width) };
                first = false;
                self.out.push(Line::from(vec![
                    Span::styled(lead, look.theme.style(Role::Dim)),
                    Span::styled(line, look.theme.style(Role::Text)),
                ]));
            }
        }
    }

    fn rule(&mut self, title: &str, look: &Look) {
        self.out.push(Line::default());
        self.out.push(Line::styled(title.to_owned(), look.theme.style(Role::Accent)));
    }
}
