//! Taking personal fields out of cases that are long closed: what it would be, the question, and the run.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Gauge;

use super::staged::Staged;
use crate::counter::Result;
use crate::counter::retention::{self, Done, Plan};
use crate::counter::say::say;
use crate::store::backup::Stage;
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

/// The run and what it would take out.
pub struct Retention {
    plan: Option<Plan>,
    /// The run is to begin, once this is confirmed.
    sure: bool,
    work: Option<Staged<Result<Done>>>,
    /// What the last run took out, and what went wrong.
    says: Option<(Tone, String)>,
}

impl Retention {
    /// What a run would take out now.
    pub fn new(cx: &mut Cx) -> Option<Self> {
        let planned = retention::plan(cx.store, cx.session, cx.now, None);
        let plan = cx.tell(planned)?;
        Some(Self { plan: Some(plan), sure: false, work: None, says: None })
    }

    fn read(&mut self, cx: &mut Cx) {
        let planned = retention::plan(cx.store, cx.session, cx.now, None);
        self.plan = cx.tell(planned);
    }

    fn is_empty(&self) -> bool {
        self.plan.as_ref().is_none_or(Plan::is_empty)
    }

    fn look_at_work(&mut self, cx: &mut Cx) {
        let Some(ended) = self.work.as_mut().and_then(Staged::look) else { return };
        self.work = None;
        self.says = Some(match ended {
            Ok(done) => {
                let tone = if done.scoured { Tone::Good } else { Tone::Bad };
                (tone, told(&done, cx))
            }
            Err(error) => (Tone::Bad, say(&error, cx.lang, cx.settings.calendar.tz())),
        });
        self.read(cx);
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
        for (kind, count) in &plan.cases.kinds {
            let count = pad(&count.to_string(), COUNT, Align::Right);
            put(format!("{count}  {}", fit(&kind_name(look.lang, kind), room)), Role::Text);
        }
        if let (Some(oldest), Some(newest)) = (plan.cases.oldest, plan.cases.newest) {
            let (oldest, newest) = (oldest.to_string(), newest.to_string());
            put(words("retention.closed", &[("oldest", &oldest), ("newest", &newest)]), Role::Text);
        }
        for (key, count) in [("records", plan.records), ("drafts", plan.drafts), ("held", plan.cases.held)] {
            if count > 0 {
                put(words(&format!("retention.{key}"), &[("count", &count.to_string())]), Role::Text);
            }
        }
        if plan.is_empty() {
            put(words("retention.nothing", &[]), Role::Text);
        }
        lines
    }

    /// What is asked, or what came of the last run.
    fn foot(&self, look: &Look) -> (String, Role) {
        if self.sure {
            let count = self.plan.as_ref().map_or(0, Plan::count).to_string();
            return (t(look.lang, "retention.sure", &[("count", &count)]), Role::Error);
        }
        match &self.says {
            Some((Tone::Bad, words)) => (words.clone(), Role::Error),
            Some((_, words)) => (words.clone(), Role::Done),
            None => (String::new(), Role::Dim),
        }
    }

    fn draw_work(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let Some(work) = &self.work else { return };
        let (stage, done, all) = work.at;
        let popup = parts::centre(area, 60, 7);
        parts::clear_under(frame, popup);
        let inner = parts::framed(frame, popup, look, &t(look.lang, "retention.title", &[]), None, true);
        let words = if work.stops() {
            t(look.lang, "backup.stopping", &[])
        } else {
            let (done, all) = (done.to_string(), all.to_string());
            t(look.lang, &format!("backup.stage.{}", stage.id()), &[("done", &done), ("all", &all)])
        };
        let line = Rect { y: inner.y + 1, height: 1, ..inner };
        frame.render_widget(Line::styled(format!(" {words}"), look.theme.style(Role::Text)), line);
        let bar = Rect { x: inner.x + 1, y: inner.y + 3, width: inner.width.saturating_sub(2), height: 1 };
        let ratio = if all == 0 { 0.0 } else { (done as f64 / all as f64).clamp(0.0, 1.0) };
        let gauge = Gauge::default().ratio(ratio).label("");
        let gauge = gauge.gauge_style(look.theme.style(Role::Selected)).style(look.theme.style(Role::Field));
        frame.render_widget(gauge, bar);
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
        self.draw_work(frame, area, look);
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        if let Some(work) = &self.work {
            // The work under way takes the keys: only breaking it off is possible.
            if key.code == KeyCode::Esc {
                work.stop();
            }
            return true;
        }
        if self.sure {
            match key.code {
                KeyCode::Enter => {
                    self.sure = false;
                    let (session, now) = (cx.session.clone(), cx.now);
                    self.work = Staged::start(Stage::Clear, cx, move |store, watch| {
                        retention::run(store, &session, now, None, watch)
                    });
                }
                KeyCode::Esc => self.sure = false,
                _ => {}
            }
            return true;
        }
        match cx.keymap.resolve(key, Place::List).and_then(Command::slot) {
            Some(0) if !self.is_empty() => {
                self.says = None;
                self.sure = true;
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
        if self.sure {
            return vec![hint("Enter".into(), "retention.key.run"), hint("Esc".into(), "ui.key.back")];
        }
        let mut hints = Vec::new();
        if !self.is_empty() {
            hints.push(hint(look.keymap.label(Command::Slot1), "retention.key.run"));
        }
        hints.push(hint("Esc".into(), "ui.key.back"));
        hints
    }

    fn help_topic(&self) -> &'static str {
        "retention"
    }
}
