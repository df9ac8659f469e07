//! The first and the last two lines: tabs, keys, status.

use chrono::{DateTime, Utc};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::app::{App, TABS};
use super::cx::{Hint, Message, Tone};
use super::keys::Command;
use super::look::Look;
use super::theme::Role;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::show::show_span;
use crate::text::width::{fit, width};

/// Columns of the community's name before it is cut.
const NAME: usize = 22;

/// Columns of the names of those on duty before they are cut.
const ON_DUTY: usize = 28;

/// The words of the tabs, each with its digit and its flag.
fn labels(app: &App, narrow: bool) -> Vec<(String, bool)> {
    (0..TABS)
        .map(|tab| {
            let name = super::screens::tab_name(app.store.kinds(), tab, app.lang, narrow);
            let digit = (tab + 1) % 10;
            let count = if tab == super::screens::CALLBACKS { app.board.overdue_callbacks } else { 0 };
            let mark = if narrow { "!" } else { "!!" };
            let flag = if count > 0 { format!("{mark}{count}") } else { String::new() };
            (format!("{digit}{name}{flag}"), count > 0)
        })
        .collect()
}

/// Where each tab stands on the bar.
pub(super) fn areas(app: &App, area: Rect) -> Vec<Rect> {
    let narrow = area.width < 110;
    let mut x = area.x + lead(app, narrow) as u16;
    labels(app, narrow)
        .iter()
        .map(|(label, _)| {
            let place = Rect { x, y: area.y, width: width(label) as u16 + 1, height: 1 };
            x += place.width;
            place
        })
        .collect()
}

fn lead(app: &App, narrow: bool) -> usize {
    if narrow { 1 } else { width(&fit(&harmless(&app.settings.community), NAME)) + 4 }
}

impl App {
    pub(super) fn draw_bar(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let narrow = area.width < 110;
        let mut spans = vec![Span::raw(" ")];
        if !narrow {
            let name = fit(&harmless(&self.settings.community), NAME);
            spans.push(Span::styled(format!("{name} | "), look.theme.style(Role::Title)));
        }
        for (tab, (label, flagged)) in labels(self, narrow).into_iter().enumerate() {
            let style = match (tab == self.active, flagged) {
                (true, _) => look.theme.style(Role::TabActive),
                (false, true) => look.theme.style(Role::Overdue),
                (false, false) => look.theme.style(Role::Text),
            };
            spans.push(Span::styled(label, style));
            spans.push(Span::styled(" ", look.theme.style(Role::Text)));
        }
        let taken: usize = spans.iter().map(|span| width(&span.content)).sum();
        frame.render_widget(Line::from(spans).style(look.theme.style(Role::Text)), area);
        let clock = look.now.with_timezone(&self.settings.calendar.tz()).format("%H:%M");
        let name = self.session.as_ref().map_or("", |session| session.name());
        // The tabs go before the name, which is no use as two dots.
        let room = usize::from(area.width).saturating_sub(taken + 8).min(10);
        let name = if room < 4 { String::new() } else { format!("{} ", fit(&harmless(name), room)) };
        let right = format!(" {name}{clock} ");
        let columns = width(&right) as u16;
        let place = Rect { x: area.right().saturating_sub(columns), width: columns.min(area.width), ..area };
        frame.render_widget(Line::styled(right, look.theme.style(Role::Title)), place);
    }

    /// The keys that can be pressed now; those of the whole desk after those of the screen, and which of them
    /// stay where there is not room for all.
    pub(super) fn key_hints(&self, hints: &[Hint], on_tab: bool) -> Vec<(Hint, bool)> {
        let acts = on_tab && self.active <= super::screens::CALLBACKS;
        let desk = [
            (Command::Actions, "ui.key.actions", acts, true),
            (Command::NewCall, "ui.key.new_call", true, true),
            (Command::NewVisit, "ui.key.new_visit", on_tab, false),
            (Command::Palette, "ui.key.palette", on_tab, false),
            (Command::Help, "ui.key.help", true, true),
        ];
        let desk = desk.into_iter().filter(|(_, _, shown, _)| self.session.is_some() && *shown);
        let mut all: Vec<(Hint, bool)> = hints.iter().map(|hint| (hint.clone(), false)).collect();
        let (keymap, lang) = (&self.keymap, self.lang);
        all.extend(desk.map(|(command, key, _, stays)| {
            (Hint { key: keymap.label(command), does: t(lang, key, &[]) }, stays)
        }));
        all
    }

    /// A sentence, or what must not be forgotten.
    pub(super) fn draw_status(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let (left, style) = match &self.toast {
            _ if self.locks_soon() => {
                (format!(" ! {}", t(look.lang, "ui.locks_soon", &[])), look.theme.style(Role::DueSoon))
            }
            Some((tone, text, _)) => {
                let role = match tone {
                    Tone::Good => Role::Done,
                    Tone::Plain => Role::Accent,
                    Tone::Bad => Role::Error,
                };
                let mark = match tone {
                    Tone::Good => "*",
                    Tone::Plain => "-",
                    Tone::Bad => "!",
                };
                (format!(" {mark} {text}"), look.theme.style(role))
            }
            None => self.flags(look),
        };
        let right = self.right_status(look);
        let (copies, sound) = self.copies(look);
        // On a narrow screen what is well gives way to what must not be forgotten.
        let copies = if sound && usize::from(area.width) < width(&left) + width(&right) + width(&copies) + 1 {
            String::new()
        } else {
            copies
        };
        let room = usize::from(area.width).saturating_sub(width(&right) + width(&copies) + 1);
        frame.render_widget(Line::styled(fit(&harmless(&left), room), style), area);
        let role = if sound { Role::Dim } else { Role::Overdue };
        let right = Line::from(vec![
            Span::styled(right, look.theme.style(Role::Dim)),
            Span::styled(copies, look.theme.style(role)),
        ]);
        let columns = (right.width() as u16).min(area.width);
        let place = Rect { x: area.right() - columns, width: columns, ..area };
        frame.render_widget(right, place);
    }

    fn flags(&self, look: &Look) -> (String, ratatui::style::Style) {
        let board = &self.board;
        let mut parts = Vec::new();
        if board.overdue_callbacks > 0 {
            parts.push(t(look.lang, "ui.flag.callbacks", &[("count", &board.overdue_callbacks.to_string())]));
        }
        if board.overdue_promises > 0 {
            parts.push(t(look.lang, "ui.flag.promises", &[("count", &board.overdue_promises.to_string())]));
        }
        if self.session.is_none() {
            // Nobody has logged in: what waits is counted, whose it is stays in the book.
            let waits = !parts.is_empty();
            let role = if waits { Role::Overdue } else { Role::Dim };
            let words = if waits { format!(" !! {}", parts.join("  ")) } else { String::new() };
            return (words, look.theme.style(role));
        }
        let overdue = board.worst.is_some() || !parts.is_empty();
        if board.inside > 0 {
            let key = if board.inside_late > 0 { "ui.flag.inside_late" } else { "ui.flag.inside" };
            parts.push(t(look.lang, key, &[("count", &board.inside.to_string())]));
        }
        if board.expiring > 0 {
            parts.push(t(look.lang, "ui.flag.expiring", &[("count", &board.expiring.to_string())]));
        }
        if let Some(worst) = &board.worst {
            let span = show_span((look.now - worst.since).num_minutes().max(0), look.lang);
            parts.push(t(look.lang, "ui.flag.worst", &[("number", &worst.number), ("span", &span)]));
        }
        if parts.is_empty() {
            return (format!(" {}", t(look.lang, "ui.flag.none", &[])), look.theme.style(Role::Dim));
        }
        let mark = if overdue { "!!" } else { "-" };
        let role = if overdue { Role::Overdue } else { Role::Text };
        (format!(" {mark} {}", parts.join("  ")), look.theme.style(role))
    }

    /// Who is on duty, and what of one's own waits.
    fn right_status(&self, look: &Look) -> String {
        if self.session.is_none() {
            return String::new();
        }
        let mut parts = Vec::new();
        if self.board.unattended {
            let key = look.keymap.label(Command::SignIn);
            parts.push(t(look.lang, "ui.flag.unattended", &[("key", &key)]));
        } else if !self.board.on_duty.is_empty() {
            let names = self.board.on_duty.iter().map(|shift| match &shift.cover {
                Some(cover) => {
                    t(look.lang, "ui.flag.covered", &[("name", &shift.operator), ("cover", cover)])
                }
                None => shift.operator.clone(),
            });
            let names = fit(&harmless(&names.collect::<Vec<_>>().join(" ")), ON_DUTY);
            parts.push(t(look.lang, "ui.flag.on_duty", &[("names", &names)]));
        }
        if self.drafts > 0 {
            let key = look.keymap.label(Command::ResumeDraft);
            parts.push(t(look.lang, "ui.flag.drafts", &[("count", &self.drafts.to_string()), ("key", &key)]));
        }
        // Nothing at all stays nothing; what there is keeps off the edge.
        parts.push(String::new());
        parts.join(" ").trim_start().to_owned()
    }

    /// When the book was copied last, and whether that is as it should be.
    fn copies(&self, look: &Look) -> (String, bool) {
        let copies = &self.board.copies;
        let tz = self.settings.calendar.tz();
        let today = self.settings.calendar.day_of(look.now);
        let clock = |at: DateTime<Utc>| {
            let form = if self.settings.calendar.day_of(at) == today { "%H:%M" } else { "%m-%d %H:%M" };
            at.with_timezone(&tz).format(form).to_string()
        };
        let (key, at) = match (copies.failed, copies.stale, copies.made) {
            _ if self.session.is_none() => return (String::new(), true),
            (Some(failed), _, _) => ("ui.flag.copy_failed", Some(failed)),
            (None, Some(_), Some(made)) => ("ui.flag.copy_stale", Some(made)),
            (None, Some(_), None) => ("ui.flag.copy_never", None),
            (None, None, Some(made)) => ("ui.flag.copied", Some(made)),
            (None, None, None) => return (String::new(), true),
        };
        let words = t(look.lang, key, &[("at", &at.map(clock).unwrap_or_default())]);
        (format!("{words} "), key == "ui.flag.copied")
    }

    pub(super) fn click_tab(&mut self, mouse: MouseEvent) {
        if mouse.kind != MouseEventKind::Down(MouseButton::Left) || mouse.row != 0 {
            return;
        }
        let bar = Rect { x: 0, y: 0, width: self.width, height: 1 };
        let hit =
            self.tab_areas(bar).iter().position(|place| place.contains((mouse.column, mouse.row).into()));
        if let Some(tab) = hit {
            self.apply(Message::Tab(tab));
        }
    }
}

/// Those of these keys for which there is room, and the lines that they take. Where there is not room for all,
/// the ways to all others stay: the menu of actions, the telephone, the help.
pub(super) fn fitting(mut all: Vec<(Hint, bool)>, columns: u16, most: u16) -> (Vec<Hint>, u16) {
    loop {
        let hints: Vec<Hint> = all.iter().map(|(hint, _)| hint.clone()).collect();
        let lines = super::parts::key_lines(&hints, columns);
        let last = all.iter().rposition(|(_, stays)| !stays);
        match last {
            Some(last) if lines > usize::from(most) => drop(all.remove(last)),
            _ => return (hints, most.min(u16::try_from(lines).unwrap_or(most))),
        }
    }
}
