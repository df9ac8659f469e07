//! The end of day 日结: figures above, findings below, settled or carried over, then signed.

use chrono::{Days, NaiveDate};
use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Sparkline;

use super::findings;
use super::list::{Cursor, List};
use super::print::PrintDialog;
use crate::counter::review::{self, Review};
use crate::counter::say;
use crate::desk::figures::{CALLBACKS_MADE, COMPLAINTS_HANDLED, Ratio, SATISFIED};
use crate::desk::review::{Finding, MarkKind};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::{kind_name, stamp};
use crate::text::show::show_day;
use crate::text::width::{Align, fit, pad, width};
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Fewest rows of the figures with their frame: the trends beside them have as many.
const FIGURES: u16 = 6;
/// Days of the trend.
const TREND: u32 = 30;

/// The note under way for a finding.
struct Note {
    what: MarkKind,
    finding: String,
    text: TextEdit,
}

/// The end of day.
#[derive(Default)]
pub struct ReviewScreen {
    day: Option<NaiveDate>,
    review: Option<Review>,
    trends: Vec<(&'static str, Vec<u32>)>,
    waiting: Vec<NaiveDate>,
    list: List,
    note: Option<Note>,
    asks_to_sign: bool,
}

impl ReviewScreen {
    fn read(&mut self, cx: &mut Cx) {
        let today = cx.settings.calendar.day_of(cx.now);
        let day = *self.day.get_or_insert(today);
        let kept = self.chosen().map(Finding::key);
        self.review = cx.tell(review::review(cx.store, cx.now, day));
        self.waiting = cx.tell(review::days_to_sign(cx.store, cx.now)).unwrap_or_default();
        self.trends.clear();
        for kind in cx.store.kinds().iter().filter(|kind| ["complaint", "repair", "call"].contains(&kind.id))
        {
            let counts = cx.read(cx.store.opened_per_day(kind.id, day, TREND)).unwrap_or_default();
            self.trends.push((kind.id, counts));
        }
        let findings = self.review.as_ref().map_or(&[][..], |review| &review.findings);
        let place = kept.and_then(|key| findings.iter().position(|finding| finding.key() == key));
        self.list.set_len(findings.len(), place);
    }

    fn chosen(&self) -> Option<&Finding> {
        self.review.as_ref()?.findings.get(self.list.selected()?)
    }

    fn go_to_day(&mut self, day: Option<NaiveDate>, cx: &mut Cx) {
        let today = cx.settings.calendar.day_of(cx.now);
        if let Some(day) = day.filter(|day| *day <= today) {
            self.day = Some(day);
            self.list = List::default();
            self.read(cx);
        }
    }

    fn begin_note(&mut self, what: MarkKind, cx: &mut Cx) {
        let signed = self.review.as_ref().is_some_and(|review| review.signed.is_some());
        if signed {
            let words = t(cx.lang, "ui.review.frozen", &[]);
            cx.toast(Tone::Plain, words);
        } else if let Some(finding) = self.chosen() {
            self.note = Some(Note { what, finding: finding.key(), text: TextEdit::new(false, 200) });
        }
    }

    fn note_event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Some(note) = &mut self.note else { return false };
        if let Event::Key(key) = event {
            match key.code {
                KeyCode::Esc => {
                    self.note = None;
                    return true;
                }
                KeyCode::Enter => {
                    let Some(day) = self.day else { return true };
                    let text = note.text.text();
                    let marked =
                        review::mark(cx.store, cx.session, cx.now, day, &note.finding, note.what, &text);
                    if cx.tell(marked).is_some() {
                        self.note = None;
                        // The next open finding stands where this one stood.
                        let at = self.list.selected();
                        self.read(cx);
                        let len = self.review.as_ref().map_or(0, |review| review.findings.len());
                        self.list.set_len(len, at);
                        cx.send(Message::Changed);
                    }
                    return true;
                }
                _ => {}
            }
        }
        note.text.event(event).is_some()
    }

    fn sign(&mut self, cx: &mut Cx) {
        self.asks_to_sign = false;
        let Some(day) = self.day else { return };
        let signed = review::sign_off(cx.store, cx.session, cx.now, day);
        if cx.tell(signed).is_some() {
            let words = t(cx.lang, "ui.review.signed_now", &[("day", &day.to_string())]);
            cx.toast(Tone::Good, words);
            cx.send(Message::Changed);
        }
    }

    fn draw_figures(lines: Vec<Line<'static>>, frame: &mut Frame, area: Rect, look: &Look, review: &Review) {
        let signed = review.signed.as_ref().map_or_else(
            || t(look.lang, "ui.review.unsigned", &[]),
            |signature| {
                let at = stamp(signature.at, look.settings.calendar.tz());
                t(look.lang, "ui.review.signed", &[("by", &signature.by), ("at", &at)])
            },
        );
        let day = format!("{}  {signed}", show_day(review.day, look.lang));
        let watched = say::watched(&review.watch, look.lang);
        let foot = (!watched.is_empty()).then_some(watched.as_str());
        let inner =
            parts::framed(frame, area, look, &t(look.lang, "ui.review.title", &[("day", &day)]), foot, false);
        for (row, line) in lines.into_iter().enumerate().take(usize::from(inner.height)) {
            frame.render_widget(line, Rect { y: inner.y + row as u16, height: 1, ..inner });
        }
    }

    /// The figures of the day, and the days that wait for a signature, as lines of so many columns.
    fn figures(&self, columns: usize, look: &Look, review: &Review) -> Vec<Line<'static>> {
        let counts: Vec<String> = review
            .figures
            .opened
            .iter()
            .map(|(kind, count)| format!("{} {count}", kind_name(look.lang, kind)))
            .collect();
        let none = t(look.lang, "ui.none", &[]);
        let opened = if counts.is_empty() { none } else { counts.join("   ") };
        let mut lines = vec![Line::styled(opened, look.theme.style(Role::Text))];
        let figures = &review.figures;
        let ratios = [
            ("ui.figure.complaints_handled", figures.complaints_handled, Some(COMPLAINTS_HANDLED)),
            ("ui.figure.callbacks_made", figures.callbacks_made, Some(CALLBACKS_MADE)),
            ("ui.figure.urgent_called_back", figures.urgent_called_back, Some(100)),
            ("ui.figure.satisfied", figures.satisfied, Some(SATISFIED)),
            ("ui.figure.answered_in_time", figures.answered_in_time, None),
            ("ui.figure.promises_kept", figures.promises_kept, None),
        ];
        let mut spans: Vec<Span> = Vec::new();
        let mut used = 0;
        for (key, ratio, target) in ratios {
            let text = format!("{} {}   ", t(look.lang, key, &[]), said(ratio, look));
            let role = match target.and_then(|target| ratio.meets(target)) {
                Some(true) => Role::Done,
                Some(false) => Role::Overdue,
                None => Role::Text,
            };
            let mark = if role == Role::Overdue { "! " } else { "" };
            let text = format!("{mark}{text}");
            if used + width(&text) > columns && !spans.is_empty() {
                lines.push(Line::from(std::mem::take(&mut spans)));
                used = 0;
            }
            used += width(&text);
            spans.push(Span::styled(text, look.theme.style(role)));
        }
        lines.push(Line::from(spans));
        if !self.waiting.is_empty() {
            let days: Vec<String> = self.waiting.iter().take(3).map(ToString::to_string).collect();
            let count = self.waiting.len().to_string();
            let words = t(look.lang, "ui.review.waiting", &[("count", &count), ("days", &days.join(" "))]);
            lines.push(Line::styled(words, look.theme.style(Role::DueSoon)));
        }
        lines
    }

    fn draw_trends(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "ui.review.trend", &[]), None, false);
        for (row, (kind, counts)) in self.trends.iter().enumerate().take(usize::from(inner.height)) {
            let place = Rect { y: inner.y + row as u16, height: 1, ..inner };
            let last = counts.last().copied().unwrap_or(0);
            let label = pad(&fit(&kind_name(look.lang, kind), 10), 10, Align::Left);
            frame.render_widget(
                Line::styled(format!("{label} {last:>3}"), look.theme.style(Role::Dim)),
                place,
            );
            let chart = Rect { x: place.x + 15, width: place.width.saturating_sub(15), ..place };
            let data: Vec<u64> = counts.iter().map(|count| u64::from(*count)).collect();
            frame
                .render_widget(Sparkline::default().data(&data).style(look.theme.style(Role::Accent)), chart);
        }
    }

    fn draw_findings(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let Some(review) = &self.review else { return };
        let left = review.findings.iter().filter(|finding| finding.mark.is_none()).count();
        let title = t(
            look.lang,
            "ui.review.findings",
            &[("left", &left.to_string()), ("all", &review.findings.len().to_string())],
        );
        let key = look.keymap.label(Command::Sign);
        let foot = match (&review.signed, review.late.len()) {
            (None, _) => t(look.lang, "ui.review.then_sign", &[("key", &key)]),
            (Some(_), 0) => t(look.lang, "ui.review.frozen", &[]),
            (Some(_), late) => t(look.lang, "ui.review.late", &[("count", &late.to_string())]),
        };
        let inner = parts::framed(frame, area, look, &title, Some(&foot), true);
        let lines = usize::from(inner.height);
        let subjects = review.late_subjects();
        let late = subjects.len().min(lines / 3);
        let body = Rect { height: inner.height - late as u16, ..inner };
        if review.findings.is_empty() {
            parts::centred(frame, body, look, &t(look.lang, "ui.review.nothing", &[]));
        }
        let measures = findings::Measures::of(&review.findings, look);
        for (y, index) in self.list.window(body).enumerate() {
            let mut line = findings::line(&review.findings[index], usize::from(body.width), measures, look);
            if self.list.selected() == Some(index) {
                line.spans[0] = Span::raw("\u{258c}");
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
        // Entries that came after the signature stand apart, under what was signed.
        for (row, (record, count)) in subjects.into_iter().take(late).enumerate() {
            let at = stamp(record.at, look.settings.calendar.tz());
            let key = if count == 1 { "ui.review.late_entry" } else { "ui.review.late_entries" };
            let (subject, count) = (findings::subject(&record.subject, look), count.to_string());
            let words = [("at", &*at), ("subject", &subject), ("by", &record.by), ("count", &count)];
            let words = t(look.lang, key, &words);
            let place = Rect { y: body.bottom() + row as u16, height: 1, ..inner };
            frame.render_widget(
                Line::styled(
                    fit(&harmless(&words), usize::from(inner.width)),
                    look.theme.style(Role::DueSoon),
                ),
                place,
            );
        }
    }

    fn draw_note(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let Some(note) = &mut self.note else { return };
        let place = parts::centre(area, 72, 5);
        parts::clear_under(frame, place);
        let key = match note.what {
            MarkKind::Settled => "ui.review.how_settled",
            MarkKind::Carried => "ui.review.why_carried",
        };
        let inner = parts::framed(frame, place, look, &t(look.lang, key, &[]), None, true);
        let line = Rect { y: inner.y + 1, height: 1, ..inner };
        note.text.draw(frame, line, look.theme.style(Role::FieldFocused), true);
    }
}

/// A share with what it was counted from; "none" where there was nothing to count.
fn said(ratio: Ratio, look: &Look) -> String {
    match ratio.percent() {
        Some(percent) => format!("{percent}% ({}/{})", ratio.part, ratio.of),
        None => t(look.lang, "ui.none", &[]),
    }
}

impl Screen for ReviewScreen {
    fn refresh(&mut self, cx: &mut Cx) {
        self.read(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let trend = if area.width >= 100 { 48 } else { 0 };
        let columns = usize::from(area.width.saturating_sub(trend + 2));
        let figures =
            self.review.as_ref().map(|review| self.figures(columns, look, review)).unwrap_or_default();
        // All of them are shown: the days without a signature stand last.
        let rows = (figures.len() as u16 + 2).max(FIGURES);
        let [top, body] = Layout::vertical([Constraint::Length(rows), Constraint::Min(4)]).areas(area);
        let [box_of_figures, trend] =
            Layout::horizontal([Constraint::Min(50), Constraint::Length(trend)]).areas(top);
        if let Some(review) = &self.review {
            Self::draw_figures(figures, frame, box_of_figures, look, review);
        }
        if trend.width > 20 {
            self.draw_trends(frame, trend, look);
        }
        self.draw_findings(frame, body, look);
        self.draw_note(frame, area, look);
        if self.asks_to_sign {
            let place = parts::centre(area, 60, 5);
            parts::clear_under(frame, place);
            let inner = parts::framed(frame, place, look, &t(look.lang, "ui.review.sign", &[]), None, true);
            let day = self.day.map(|day| day.to_string()).unwrap_or_default();
            parts::centred(frame, inner, look, &t(look.lang, "ui.review.sign_sure", &[("day", &day)]));
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if self.note.is_some() {
            return self.note_event(event, cx);
        }
        if let Event::Mouse(mouse) = event {
            return !self.asks_to_sign && self.list.mouse(*mouse) != Cursor::Ignored;
        }
        let Event::Key(key) = event else { return false };
        if self.asks_to_sign {
            match key.code {
                KeyCode::Enter => self.sign(cx),
                KeyCode::Esc => self.asks_to_sign = false,
                _ => {}
            }
            return true;
        }
        if cx.keymap.is(key, Command::Sign) {
            self.asks_to_sign = true;
            return true;
        }
        match (cx.keymap.resolve(key, Place::List), key.code) {
            (Some(Command::Slot1), _) => self.begin_note(MarkKind::Settled, cx),
            (Some(Command::Slot2), _) => self.begin_note(MarkKind::Carried, cx),
            (Some(Command::Print), _) => {
                if let Some(review) = &self.review {
                    let dialog = PrintDialog::of_day(review.day, cx);
                    cx.send(Message::Push(Box::new(dialog)));
                }
            }
            (_, KeyCode::Left) => {
                self.go_to_day(self.day.and_then(|day| day.checked_sub_days(Days::new(1))), cx);
            }
            (_, KeyCode::Right) => {
                self.go_to_day(self.day.and_then(|day| day.checked_add_days(Days::new(1))), cx);
            }
            (_, KeyCode::Enter) => match self
                .chosen()
                .map(|finding| (finding.number().map(str::to_owned), finding.subject.clone()))
            {
                Some((Some(number), _)) => cx.send(Message::ShowCase(number)),
                Some((None, subject)) => self.open_subject(&subject, cx),
                None => {}
            },
            (_, code) => return self.list.key(code) != Cursor::Ignored,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.note.is_some() || self.asks_to_sign {
            return vec![hint("Enter".into(), "ui.key.confirm"), hint("Esc".into(), "ui.key.back")];
        }
        let day = hint("Left/Right".into(), "ui.key.day");
        if self.review.as_ref().is_some_and(|review| review.signed.is_some()) {
            let reports = hint(look.keymap.label(Command::Reports), "ui.key.reports");
            return vec![hint("Enter".into(), "ui.key.show"), day, reports];
        }
        vec![
            hint("Enter".into(), "ui.key.show"),
            hint(look.keymap.label(Command::Slot1), "ui.key.settle"),
            hint(look.keymap.label(Command::Slot2), "ui.key.carry"),
            hint(look.keymap.label(Command::Sign), "ui.key.sign"),
            day,
            hint(look.keymap.label(Command::Reports), "ui.key.reports"),
        ]
    }

    fn takes_text(&self) -> bool {
        self.note.is_some()
    }

    fn help_topic(&self) -> &'static str {
        "review"
    }
}

impl ReviewScreen {
    /// A draft is taken up, a missed day is gone to; copies and old personal data have screens of their own.
    fn open_subject(&mut self, subject: &str, cx: &mut Cx) {
        match subject.split_once(':') {
            Some(("draft", id)) => {
                if let Ok(id) = id.parse() {
                    cx.send(Message::Resume(id));
                }
            }
            Some(("day", day)) => self.go_to_day(day.parse().ok(), cx),
            Some(("backup", _)) => cx.send(Message::Run(Command::Copies)),
            Some(("retention", _)) => {
                if let Some(screen) = super::retention(cx) {
                    cx.send(Message::Push(screen));
                }
            }
            _ => {}
        }
    }
}
