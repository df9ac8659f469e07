//! Copies of the book: making one, proving one, going back to one, and the doctor.
//!
//! Everything that takes long runs beside the screen and can be broken off.

mod ask;
mod work;

use crossterm::event::{Event, KeyCode, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use self::ask::{Answer, Ask};
use self::work::{Task, Told, Work};
use super::copy_key::CopyKey;
use super::list::{Cursor, List};
use crate::counter::backup::{self, Copy};
use crate::counter::doctor::Check;
use crate::counter::say::say;
use crate::counter::{self, copy_key, restore};
use crate::store::backup::Proof;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::stamp;
use crate::text::width::{Align, fit, pad, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Columns of the widths that do not grow: reason, entries, size.
const REASON: usize = 12;
const NUMBER: usize = 10;
/// Characters of a hash that are compared by eye.
const HASH: usize = 16;
/// Most cases at fault that a question names: it stands on three lines.
const FAULTY: usize = 2;

/// What nobody does by one key alone.
enum Sure {
    /// Going back to a copy.
    Restore(Box<Copy>),
    /// Going back to one that was found at fault.
    Despite(Box<restore::Examined>),
    /// Encrypting copies to a new key.
    NewKey,
    /// Encrypting them no longer.
    NoKey,
}

/// The copies of the book.
pub struct Backups {
    list: List,
    copies: Vec<Copy>,
    /// Where they lie.
    directory: String,
    /// What was proved on this screen, by the name of the copy.
    proved: Vec<(String, Proof)>,
    /// What the doctor found last; shown in the place of the list until it is left.
    checks: Option<Vec<Check>>,
    /// What is to be done once it is confirmed.
    sure: Option<Sure>,
    /// What opens an encrypted copy, being typed.
    ask: Option<Ask>,
    work: Option<Work>,
    problem: Option<String>,
    may_restore: bool,
}

impl Backups {
    /// The copies as they lie there now.
    pub fn new(cx: &mut Cx) -> Self {
        let mut screen = Self {
            list: List::default(),
            copies: Vec::new(),
            directory: String::new(),
            proved: Vec::new(),
            checks: None,
            sure: None,
            ask: None,
            work: None,
            problem: None,
            may_restore: false,
        };
        screen.read(cx);
        screen
    }

    fn read(&mut self, cx: &mut Cx) {
        let kept = self.chosen().map(|copy| copy.name.clone());
        self.may_restore = cx.session.is_supervisor();
        self.directory = backup::directory(cx.store, cx.settings).unwrap_or_default().display().to_string();
        match backup::list(cx.store, cx.settings) {
            Ok(copies) => self.copies = copies,
            Err(error) => self.problem = Some(say(&error, cx.lang, cx.settings.calendar.tz())),
        }
        let place = kept.and_then(|name| self.copies.iter().position(|copy| copy.name == name));
        self.list.set_len(self.copies.len(), place);
    }

    fn chosen(&self) -> Option<&Copy> {
        self.copies.get(self.list.selected()?)
    }

    /// What is known of a copy: what this book noted, or what was proved here.
    fn proof<'a>(&'a self, copy: &'a Copy) -> Option<&'a Proof> {
        let here = self.proved.iter().rfind(|(name, _)| *name == copy.name).map(|(_, proof)| proof);
        let ended = || copy.attempt.as_ref()?.ended.as_ref()?.outcome.as_ref().ok();
        here.or_else(|| ended().map(|(_, proof)| proof))
    }

    fn start(&mut self, task: Task, cx: &mut Cx) {
        self.problem = None;
        self.checks = None;
        self.work = Work::start(task, cx);
        self.look_at_work(cx);
    }

    /// Asks before something that only a supervisor does.
    fn make_sure(&mut self, of: Option<Sure>, cx: &mut Cx) {
        let Some(sure) = of else { return };
        let allowed = match &sure {
            Sure::Restore(copy) => restore::may_restore(cx.store, cx.session, cx.now, &copy.file),
            // Whoever is asked has just been found to be allowed to go back to it.
            Sure::Despite(_) => Ok(()),
            Sure::NewKey => copy_key::may_choose(cx.store, cx.session, cx.now, true),
            Sure::NoKey => copy_key::may_choose(cx.store, cx.session, cx.now, false),
        };
        if cx.tell(allowed).is_some() {
            self.problem = None;
            self.sure = Some(sure);
        }
    }

    fn confirmed(&mut self, sure: Sure, cx: &mut Cx) {
        let done = match sure {
            Sure::Restore(copy) => {
                self.open(*copy, true, cx);
                return;
            }
            Sure::Despite(examined) => {
                self.start(Task::Despite(examined), cx);
                return;
            }
            Sure::NewKey => copy_key::new_key(cx.store, cx.session, cx.now, None)
                .map(|key| cx.send(Message::Push(Box::new(CopyKey::new(key, cx))))),
            Sure::NoKey => copy_key::use_none(cx.store, cx.session, cx.now),
        };
        match done {
            Ok(()) => cx.send(Message::SettingsChanged),
            Err(error) => self.problem = Some(say(&error, cx.lang, cx.settings.calendar.tz())),
        }
    }

    /// Proves a copy, or goes back to it; one that is encrypted needs its key first.
    fn open(&mut self, copy: Copy, restores: bool, cx: &mut Cx) {
        match Ask::of(&copy, restores) {
            Ok(Some(ask)) => {
                self.problem = None;
                self.ask = Some(ask);
            }
            Ok(None) if restores => self.start(Task::Restore(copy.file, None), cx),
            Ok(None) => self.start(Task::Prove(copy.name, copy.file, None), cx),
            Err(error) => self.problem = Some(counter::say::say_store(&error, cx.lang)),
        }
    }

    fn answer(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Some(mut ask) = self.ask.take() else { return false };
        match ask.event(event, cx) {
            Answer::Ignored => {
                self.ask = Some(ask);
                return false;
            }
            Answer::Taken => self.ask = Some(ask),
            Answer::Left => {}
            Answer::Given(key) if ask.restores => self.start(Task::Restore(ask.file, Some(key)), cx),
            Answer::Given(key) => self.start(Task::Prove(ask.name, ask.file, Some(key)), cx),
        }
        true
    }

    fn look_at_work(&mut self, cx: &mut Cx) {
        let Some(told) = self.work.as_mut().and_then(|work| work.run.look()) else { return };
        self.work = None;
        let failed = match told {
            Told::Made(Ok(made)) => {
                let name = made.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                cx.toast(Tone::Good, cx.t("backup.made", &[("file", &harmless(&name))]));
                // The new one stands first; it is what is known more of now.
                self.read(cx);
                self.list.select(0);
                self.problem = None;
                return;
            }
            Told::Proved(name, Ok(proof)) => {
                let entries = proof.entries.to_string();
                let words = [("file", harmless(&name).into_owned()), ("entries", entries)];
                let words: Vec<(&str, &str)> =
                    words.iter().map(|(key, value)| (*key, value.as_str())).collect();
                cx.toast(Tone::Good, cx.t("backup.proved", &words));
                self.proved.push((name, proof));
                None
            }
            Told::Faulty(examined) => {
                self.read(cx);
                self.make_sure(Some(Sure::Despite(examined)), cx);
                return;
            }
            Told::Restored(Ok(restored)) => {
                let kept = restored.kept.as_ref().and_then(|kept| kept.file_name());
                let kept = kept.map(|kept| kept.to_string_lossy().into_owned()).unwrap_or_default();
                // Who may do what is the restored book's to say.
                cx.send(Message::SettingsChanged);
                cx.send(Message::Run(Command::Lock));
                cx.toast(Tone::Good, cx.t("backup.restored", &[("kept", &harmless(&kept))]));
                return;
            }
            Told::Examined(Ok(checks)) => {
                let ok = checks.iter().all(|check| check.ok);
                let key = if ok { "backup.sound" } else { "backup.unsound" };
                cx.toast(if ok { Tone::Good } else { Tone::Bad }, cx.t(key, &[]));
                self.checks = Some(checks);
                None
            }
            Told::Made(Err(error))
            | Told::Proved(_, Err(error))
            | Told::Restored(Err(error))
            | Told::Examined(Err(error)) => Some(error),
        };
        self.read(cx);
        self.problem = failed.map(|error| say(&error, cx.lang, cx.settings.calendar.tz()));
    }

    fn key(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        if let Some(sure) = self.sure.take() {
            match key.code {
                KeyCode::Enter => self.confirmed(sure, cx),
                KeyCode::Esc => {}
                _ => self.sure = Some(sure),
            }
            return true;
        }
        match cx.keymap.resolve(key, Place::List).and_then(Command::slot) {
            Some(0) => self.start(Task::Make, cx),
            Some(1) => self.make_sure(self.chosen().cloned().map(|copy| Sure::Restore(Box::new(copy))), cx),
            Some(2) => self.start(Task::Examine, cx),
            Some(3) => {
                if let Some(copy) = self.chosen().cloned() {
                    self.open(copy, false, cx);
                }
            }
            Some(4) => self.make_sure(Some(Sure::NewKey), cx),
            Some(5) if cx.settings.backup.is_sealed() => self.make_sure(Some(Sure::NoKey), cx),
            _ => match key.code {
                KeyCode::Esc if self.checks.is_some() => self.checks = None,
                KeyCode::Esc => cx.send(Message::Close),
                code => return self.list.key(code) != Cursor::Ignored,
            },
        }
        true
    }

    /// How it stands with the copies, and where they lie.
    fn heading(&self, look: &Look) -> Vec<String> {
        let plan = &look.settings.backup;
        let mut words = vec![
            ("at", plan.at.format("%H:%M").to_string()),
            ("days", plan.days.to_string()),
            ("weeks", plan.weeks.to_string()),
            ("months", plan.months.to_string()),
        ];
        words.push(("directory", self.directory.clone()));
        let words: Vec<(&str, &str)> = words.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let key = if plan.at_sign_off { "backup.plan_signed" } else { "backup.plan" };
        let sealed = match plan.key.as_str() {
            "" => t(look.lang, "backup.clear", &[]),
            key => t(look.lang, "backup.encrypted", &[("key", key)]),
        };
        vec![t(look.lang, key, &words), t(look.lang, "backup.where", &words), sealed]
    }

    fn draw_list(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let room = usize::from(area.width);
        let name = room.saturating_sub(REASON + 2 * NUMBER + HASH + 5);
        let row = |cells: [&str; 5]| {
            let widths = [name, REASON, NUMBER, HASH, NUMBER];
            let aligned = [Align::Left, Align::Left, Align::Right, Align::Left, Align::Right];
            let cells = cells.iter().zip(widths).zip(aligned);
            let cells: Vec<String> =
                cells.map(|((cell, room), align)| pad(&fit(&harmless(cell), room), room, align)).collect();
            cells.join(" ")
        };
        let heads = ["file", "reason", "entries", "head", "size"]
            .map(|id| t(look.lang, &format!("backup.column.{id}"), &[]));
        let heads = row([&heads[0], &heads[1], &heads[2], &heads[3], &heads[4]]);
        frame.render_widget(
            Line::styled(format!(" {heads}"), look.theme.style(Role::Dim)),
            Rect { height: 1, ..area },
        );
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        if self.copies.is_empty() {
            let key = look.keymap.label(Command::Slot1);
            parts::centred(frame, body, look, &t(look.lang, "backup.none", &[("key", &key)]));
        }
        for (y, index) in self.list.window(body).enumerate() {
            let copy = &self.copies[index];
            let proof = self.proof(copy);
            let reason = copy.attempt.as_ref().map(|attempt| attempt.reason.id());
            let reason = match (reason, copy.begun) {
                (Some(id), _) => t(look.lang, &format!("backup.reason.{id}"), &[]),
                (None, None) => t(look.lang, "backup.reason.before", &[]),
                (None, Some(_)) => t(look.lang, "backup.reason.unknown", &[]),
            };
            let entries = proof.map(|proof| proof.entries.to_string()).unwrap_or_default();
            let hash = proof.map(|proof| hex::encode(&proof.hash).chars().take(HASH).collect::<String>());
            let size = t(look.lang, "backup.size", &[("kb", &copy.bytes.div_ceil(1024).to_string())]);
            let text = row([&copy.name, &reason, &entries, &hash.unwrap_or_default(), &size]);
            let chosen = self.list.selected() == Some(index);
            let mut line = Line::from(vec![
                Span::raw(if chosen { "\u{258c}" } else { " " }),
                Span::styled(text, look.theme.style(Role::Text)),
            ]);
            if chosen {
                line = line.patch_style(look.theme.style(Role::Selected));
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
    }

    fn draw_checks(checks: &[Check], frame: &mut Frame, area: Rect, look: &Look) {
        let room = usize::from(area.width).saturating_sub(14).max(1);
        let mut y = area.y;
        for check in checks {
            let role = if check.ok { Role::Done } else { Role::Error };
            let mark = if check.ok { "v" } else { "!!" };
            let name = t(look.lang, &format!("doctor.check.{}", check.id), &[]);
            let head = pad(&fit(&format!(" {mark} {name}"), 13), 13, Align::Left);
            for (n, line) in wrap(&harmless(&check.say(look.lang)), room).into_iter().enumerate() {
                if y >= area.bottom() {
                    return;
                }
                let lead = if n == 0 { head.clone() } else { " ".repeat(13) };
                let line = Line::from(vec![
                    Span::styled(lead, look.theme.style(role)),
                    Span::styled(line, look.theme.style(Role::Text)),
                ]);
                frame.render_widget(line, Rect { y, height: 1, ..area });
                y += 1;
            }
        }
    }

    /// What is asked, or what went wrong; else what is known of the chosen copy.
    fn foot(&self, look: &Look) -> (String, Role) {
        if let Some(sure) = &self.sure {
            let words = match sure {
                Sure::Restore(copy) => t(look.lang, "backup.sure", &[("file", &copy.name)]),
                Sure::Despite(examined) => {
                    let count = examined.faulty().len().to_string();
                    let numbers = restore::named(examined.faulty(), FAULTY);
                    t(look.lang, "backup.sure_despite", &[("count", &count), ("numbers", &numbers)])
                }
                Sure::NewKey => t(look.lang, "backup.sure_new_key", &[]),
                Sure::NoKey => t(look.lang, "backup.sure_no_key", &[]),
            };
            return (words, Role::Error);
        }
        if let Some(problem) = &self.problem {
            return (problem.clone(), Role::Error);
        }
        let Some(copy) = self.chosen().filter(|_| self.checks.is_none()) else {
            return (String::new(), Role::Dim);
        };
        let Some(attempt) = &copy.attempt else { return (t(look.lang, "backup.unnoted", &[]), Role::Dim) };
        let at = stamp(attempt.started_at, look.settings.calendar.tz());
        let key = if copy.sealed { "backup.noted_encrypted" } else { "backup.noted" };
        (t(look.lang, key, &[("at", &at), ("by", &by(&attempt.by, look))]), Role::Dim)
    }
}

/// Who asked for a copy; the schedule has a word of its own.
fn by(name: &str, look: &Look) -> String {
    if name == crate::desk::people::CLOCK { t(look.lang, "backup.schedule", &[]) } else { name.to_owned() }
}

impl Screen for Backups {
    fn refresh(&mut self, cx: &mut Cx) {
        self.look_at_work(cx);
        if self.work.is_none() {
            self.read(cx);
        }
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "backup.title", &[]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        let room = usize::from(inner.width).saturating_sub(1).max(1);
        let mut y = inner.y;
        for line in self.heading(look).iter().flat_map(|words| wrap(&harmless(words), room)).take(5) {
            let line = Line::styled(format!(" {line}"), look.theme.style(Role::Dim));
            frame.render_widget(line, Rect { y, height: 1, ..inner });
            y += 1;
        }
        let (words, role) = self.foot(look);
        let foot: Vec<String> = wrap(&harmless(&words), room).into_iter().take(3).collect();
        let below = foot.len() as u16;
        let body = Rect { y: y + 1, height: inner.bottom().saturating_sub(y + 1 + below), ..inner };
        match &self.checks {
            Some(checks) => Self::draw_checks(checks, frame, body, look),
            None => self.draw_list(frame, body, look),
        }
        for (n, line) in foot.into_iter().enumerate() {
            let place = Rect { y: body.bottom() + n as u16, height: 1, ..inner };
            frame.render_widget(Line::styled(format!(" {line}"), look.theme.style(role)), place);
        }
        if let Some(work) = &self.work {
            work.run.draw(frame, area, look, &t(look.lang, work.title, &[]));
        }
        if let Some(ask) = &mut self.ask {
            ask.draw(frame, area, look);
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Some(work) = &self.work {
            // The work under way takes the keys: only breaking it off is possible.
            if matches!(event, Event::Key(key) if key.code == KeyCode::Esc) {
                work.run.stop();
            }
            return true;
        }
        if self.ask.is_some() {
            return self.answer(event, cx);
        }
        if let Event::Mouse(mouse) = event {
            return match mouse.kind {
                MouseEventKind::ScrollDown => self.list.key(KeyCode::Down) != Cursor::Ignored,
                MouseEventKind::ScrollUp => self.list.key(KeyCode::Up) != Cursor::Ignored,
                _ => self.list.mouse(*mouse) != Cursor::Ignored,
            };
        }
        self.key(event, cx)
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.work.is_some() {
            return vec![hint("Esc".into(), "backup.key.stop")];
        }
        let enter = match (&self.sure, &self.ask) {
            (Some(Sure::Restore(_)), _) => Some("backup.key.restore"),
            (Some(Sure::Despite(_)), _) => Some("backup.key.despite"),
            (Some(Sure::NewKey), _) => Some("backup.key.new_key"),
            (Some(Sure::NoKey), _) => Some("backup.key.no_key"),
            (None, Some(ask)) => Some(ask.does()),
            (None, None) => None,
        };
        if let Some(enter) = enter {
            return vec![hint("Enter".into(), enter), hint("Esc".into(), "ui.key.back")];
        }
        let slot = |slot: usize| look.keymap.label(Command::SLOTS[slot]);
        let mut hints = vec![hint(slot(0), "backup.key.make")];
        if self.may_restore && self.chosen().is_some() {
            hints.push(hint(slot(1), "backup.key.restore"));
        }
        hints.push(hint(slot(2), "backup.key.doctor"));
        if self.chosen().is_some() {
            hints.push(hint(slot(3), "backup.key.prove"));
        }
        if self.may_restore {
            let sealed = look.settings.backup.is_sealed();
            hints.push(hint(slot(4), if sealed { "backup.key.new_key" } else { "backup.key.encrypt" }));
            if sealed {
                hints.push(hint(slot(5), "backup.key.no_key"));
            }
        }
        hints.push(hint("Esc".into(), "ui.key.back"));
        hints
    }

    fn shows_all_keys(&self) -> bool {
        true
    }

    fn takes_text(&self) -> bool {
        self.ask.is_some()
    }

    fn help_topic(&self) -> &'static str {
        "copies"
    }

    fn park(&mut self, cx: &mut Cx) -> bool {
        // A call must not wait for a copy; but nobody should lose sight of a restore.
        if self.work.as_ref().is_some_and(|work| work.is_restore) {
            cx.toast(Tone::Plain, cx.t("backup.under_way", &[]));
            return false;
        }
        true
    }
}
