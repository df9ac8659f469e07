//! Taking personal fields out of cases that are long closed: what it would be, the question, and the run.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::staged::Staged;
use crate::counter::old_copies::{self, OldCopies};
use crate::counter::retention::{self, Done, Plan};
use crate::counter::say::{self, say};
use crate::counter::{self, Result};
use crate::store::Store;
use crate::store::backup::{Stage, Watch};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::kind_name;
use crate::text::width::{Align, fit, pad, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Columns of a count.
const COUNT: usize = 8;
/// Columns of a kind's name beside it.
const NAME: usize = 17;

/// What is not done by one key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// The run.
    Run,
    /// Removing the copies that hold what the last one took out.
    Copies,
}

/// What a run would take out, and the copies that hold what the last one took out.
type Found = (Plan, OldCopies);

/// What came of the work.
enum Told {
    Planned(Box<Result<Found>>),
    Ran(Result<Done>),
    Removed(Result<Vec<String>>),
}

/// The run and what it would take out.
pub struct Retention {
    plan: Option<Plan>,
    /// The copies that hold what the last run took out.
    old: OldCopies,
    /// What is to begin, once this is confirmed.
    sure: Option<Sure>,
    work: Option<Staged<Told>>,
    /// What the last run took out, and what went wrong.
    says: Option<(Tone, String)>,
}

impl Retention {
    /// What a run would take out now; none for who may not.
    pub fn new(cx: &mut Cx) -> Option<Self> {
        let allowed = retention::may_run(cx.store, cx.session, cx.now);
        cx.tell(allowed)?;
        let mut screen = Self { plan: None, old: OldCopies::default(), sure: None, work: None, says: None };
        screen.count(cx);
        Some(screen)
    }

    /// Counts what a run would take out, beside the screen: there may be years of it.
    fn count(&mut self, cx: &mut Cx) {
        let (session, now) = (cx.session.clone(), cx.now);
        let planned = move |store: &mut Store| -> Result<Found> {
            let plan = retention::plan(store, &session, now, None)?;
            let settings = counter::settings_of(store)?;
            Ok((plan, old_copies::find(store, &settings)?))
        };
        if cx.store.path().is_some() {
            let told = move |store: &mut Store, _: &Watch| Told::Planned(Box::new(planned(store)));
            self.work = Staged::begin(Stage::Count, cx, told);
        } else {
            // A book in memory is a small one.
            let found = planned(cx.store);
            self.take(found, cx);
        }
    }

    fn take(&mut self, found: Result<Found>, cx: &mut Cx) {
        let (plan, old) = cx.tell(found).unzip();
        self.plan = plan;
        self.old = old.unwrap_or_default();
    }

    fn start(&mut self, sure: Sure, cx: &mut Cx) {
        let (session, now) = (cx.session.clone(), cx.now);
        self.work = match sure {
            Sure::Run => Staged::begin(Stage::Clear, cx, move |store, watch| {
                Told::Ran(retention::run(store, &session, now, None, watch))
            }),
            Sure::Copies => Staged::begin(Stage::Check, cx, move |store, watch| {
                Told::Removed(old_copies::remove(store, &session, now, watch))
            }),
        };
    }

    fn is_empty(&self) -> bool {
        self.plan.as_ref().is_none_or(Plan::is_empty)
    }

    fn look_at_work(&mut self, cx: &mut Cx) {
        let Some(ended) = self.work.as_mut().and_then(Staged::look) else { return };
        self.work = None;
        self.says = Some(match ended {
            Told::Planned(found) => {
                self.take(*found, cx);
                return;
            }
            Told::Ran(Ok(done)) => {
                let tone = if done.scoured { Tone::Good } else { Tone::Bad };
                (tone, told(&done, cx))
            }
            Told::Removed(Ok(names)) => {
                (Tone::Good, cx.t("retention.removed", &[("count", &names.len().to_string())]))
            }
            Told::Ran(Err(error)) | Told::Removed(Err(error)) => {
                (Tone::Bad, say(&error, cx.lang, cx.settings.calendar.tz()))
            }
        });
        self.count(cx);
        cx.send(Message::Changed);
    }

    fn lines(&self, look: &Look, room: usize) -> Vec<(String, Role)> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let (day, years) = (plan.before.to_string(), plan.years.to_string());
        let words = |key: &str, values: &[(&str, &str)]| t(look.lang, key, values);
        let mut lines = Vec::new();
        let mut put = |text: String, role: Role| {
            lines.extend(wrap(&harmless(&text), room).into_iter().map(|line| (line, role)));
        };
        put(words("retention.about", &[]), Role::Dim);
        put(String::new(), Role::Text);
        put(words("retention.before", &[("day", &day), ("years", &years)]), Role::Text);
        // Beside each other, so that all of them have room in a small window.
        for row in plan.cases.kinds.chunks((room / (COUNT + NAME)).max(1)) {
            let cells = row.iter().map(|(kind, count)| {
                let count = pad(&count.to_string(), COUNT, Align::Right);
                format!(
                    "{count}  {}",
                    pad(&fit(&kind_name(look.lang, kind), NAME - 2), NAME - 2, Align::Left)
                )
            });
            put(cells.collect::<String>().trim_end().to_owned(), Role::Text);
        }
        if let (Some(oldest), Some(newest)) = (plan.cases.oldest, plan.cases.newest) {
            let (oldest, newest) = (oldest.to_string(), newest.to_string());
            put(words("retention.closed", &[("oldest", &oldest), ("newest", &newest)]), Role::Text);
        }
        if plan.is_empty() {
            put(words("retention.nothing", &[]), Role::Text);
        }
        for sentence in say::old_copies(&self.old, look.lang) {
            put(sentence, Role::DueSoon);
        }
        for (key, count) in plan.beside() {
            if count > 0 {
                put(words(&format!("retention.{key}"), &[("count", &count.to_string())]), Role::Text);
            }
        }
        lines
    }

    /// What is asked, or what came of the last run.
    fn foot(&self, look: &Look) -> (String, Role) {
        match self.sure {
            Some(Sure::Run) => {
                let count = self.plan.as_ref().map_or(0, Plan::count).to_string();
                return (t(look.lang, "retention.sure", &[("count", &count)]), Role::Error);
            }
            Some(Sure::Copies) => return (say::sure_of_copies(&self.old, look.lang), Role::Error),
            None => {}
        }
        match &self.says {
            Some((Tone::Bad, words)) => (words.clone(), Role::Error),
            Some((_, words)) => (words.clone(), Role::Done),
            None => (String::new(), Role::Dim),
        }
    }
}

/// What a run took out, in words.
fn told(done: &Done, cx: &Cx) -> String {
    let (cases, entries) = (done.cases.to_string(), done.entries.to_string());
    let mut said = vec![cx.t("retention.done", &[("cases", &cases), ("entries", &entries)])];
    if done.stopped {
        said.push(cx.t("retention.stopped", &[]));
    }
    if !done.scoured {
        said.push(cx.t("retention.unscoured", &[]));
    }
    said.push(cx.t("retention.copies", &[]));
    said.join(" ")
}

impl Screen for Retention {
    fn refresh(&mut self, cx: &mut Cx) {
        self.look_at_work(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "retention.title", &[]), None, true);
        let room = usize::from(inner.width).saturating_sub(1).max(1);
        let (words, role) = self.foot(look);
        let foot: Vec<String> = wrap(&harmless(&words), room).into_iter().take(5).collect();
        let below = foot.len() as u16;
        let body = Rect { height: inner.height.saturating_sub(below), ..inner };
        for (y, (line, role)) in self.lines(look, room).into_iter().take(usize::from(body.height)).enumerate()
        {
            let place = Rect { y: body.y + y as u16, height: 1, ..body };
            frame.render_widget(Line::styled(format!(" {line}"), look.theme.style(role)), place);
        }
        for (n, line) in foot.into_iter().enumerate() {
            let place = Rect { y: body.bottom() + n as u16, height: 1, ..inner };
            frame.render_widget(Line::styled(format!(" {line}"), look.theme.style(role)), place);
        }
        if let Some(work) = &self.work {
            work.draw(frame, area, look, &t(look.lang, "retention.title", &[]));
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        if let Some(work) = &self.work {
            // The work under way takes the keys: only breaking it off is possible, or not waiting for a number.
            match key.code {
                KeyCode::Esc if work.at.0 == Stage::Count => cx.send(Message::Close),
                KeyCode::Esc => work.stop(),
                _ => {}
            }
            return true;
        }
        if let Some(sure) = self.sure {
            match key.code {
                KeyCode::Enter => {
                    self.sure = None;
                    self.start(sure, cx);
                }
                KeyCode::Esc => self.sure = None,
                _ => {}
            }
            return true;
        }
        let sure = match cx.keymap.resolve(key, Place::List).and_then(Command::slot) {
            Some(0) if !self.is_empty() => Some(Sure::Run),
            Some(1) if !self.old.here.is_empty() => Some(Sure::Copies),
            _ => None,
        };
        match sure {
            Some(_) => {
                self.says = None;
                self.sure = sure;
            }
            _ if key.code == KeyCode::Esc => cx.send(Message::Close),
            _ => return false,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.work.is_some() {
            return vec![hint("Esc".into(), "backup.key.stop")];
        }
        if let Some(sure) = self.sure {
            let does = match sure {
                Sure::Run => "retention.key.run",
                Sure::Copies => "retention.key.remove",
            };
            return vec![hint("Enter".into(), does), hint("Esc".into(), "ui.key.back")];
        }
        let mut hints = Vec::new();
        if !self.is_empty() {
            hints.push(hint(look.keymap.label(Command::Slot1), "retention.key.run"));
        }
        if !self.old.here.is_empty() {
            hints.push(hint(look.keymap.label(Command::SLOTS[1]), "retention.key.remove"));
        }
        hints.push(hint("Esc".into(), "ui.key.back"));
        hints
    }

    fn help_topic(&self) -> &'static str {
        "retention"
    }

    fn park(&mut self, cx: &mut Cx) -> bool {
        // A call must not wait for it; what is done is whole, and it is said that there is a rest.
        if self.work.as_ref().is_some_and(|work| matches!(work.at.0, Stage::Clear | Stage::Scour)) {
            cx.toast(Tone::Plain, cx.t("retention.stopped", &[]));
        }
        true
    }
}
