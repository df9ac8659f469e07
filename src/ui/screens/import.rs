//! Taking a roster in, or the list of charges owed: choose the file, confirm what its columns hold, see what would happen, let it happen.
//!
//! Everything that takes long runs beside the screen and can be broken off; nothing is written before
//! the person has seen what would be written, and then all of it or nothing.

mod columns;
mod files;
mod outcome;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use serde::{Deserialize, Serialize};

use self::columns::Columns;
use self::files::{Files, Picked};
use self::outcome::Outcome;
use self::work::{Task, Told, Work};
use crate::counter::directory;
use crate::counter::say::say;
use crate::exchange::headings::{Field, List, Mapping};
use crate::exchange::{Planned, report};
use crate::store::drafts::Draft;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::wrap;
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// What drafts of an import have in the place of a kind.
pub const DRAFT: &str = "import";

/// How far the person has come.
enum Step {
    /// Choosing the file.
    File,
    /// Confirming what the columns hold.
    Columns,
    /// Looking at what would happen.
    Trial(Arc<Planned>, Outcome),
    /// It has happened.
    Done(Outcome),
}

/// What a draft keeps: the file, and what was said about its columns.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    list: List,
    path: PathBuf,
    sheet: usize,
    columns: Vec<(usize, String)>,
    header_row: Option<usize>,
}

/// Taking a roster in.
pub struct Import {
    /// What is taken in.
    list: List,
    step: Step,
    files: Files,
    file: Option<PathBuf>,
    columns: Option<Columns>,
    work: Option<Work>,
    problem: Option<String>,
    /// What a draft says about the columns of the file that is being read again.
    kept: Option<Kept>,
    draft: Option<i64>,
}

impl Import {
    /// The choice of a file; `None` if the operator may not import.
    pub fn new(cx: &mut Cx) -> Option<Self> {
        let allowed = directory::may_import(cx.store, cx.session, cx.now);
        cx.tell(allowed)?;
        Some(Self {
            list: List::Households,
            step: Step::File,
            files: Files::new(),
            file: None,
            columns: None,
            work: None,
            problem: None,
            kept: None,
            draft: None,
        })
    }

    /// Takes an import up again where it was put aside.
    pub fn resume(draft: &Draft, cx: &mut Cx) -> Option<Self> {
        let kept: Kept = serde_json::from_value(draft.body.clone()).ok()?;
        let mut screen = Self::new(cx)?;
        screen.draft = draft.id;
        screen.list = kept.list;
        screen.files.show(&kept.path);
        let path = kept.path.clone();
        screen.kept = Some(kept);
        screen.read(path, cx);
        Some(screen)
    }

    /// Takes the other list in.
    fn next_list(&mut self) {
        self.list = self.list.next();
    }

    /// The words of the key that does so.
    fn other_list(&self) -> String {
        format!("import.list.{}", self.list.next().id())
    }

    fn name(&self) -> String {
        let name = self.file.as_deref().and_then(|file| file.file_name());
        name.map(|name| harmless(&name.to_string_lossy()).into_owned()).unwrap_or_default()
    }

    fn read(&mut self, path: PathBuf, cx: &mut Cx) {
        self.problem = None;
        self.file = Some(path.clone());
        self.start(Task::Read(path), cx);
    }

    fn try_out(&mut self, cx: &mut Cx) {
        let Some(columns) = &self.columns else { return };
        if let Err(why) = columns.mapping.check() {
            self.problem = Some(cx.say(&why));
            return;
        }
        self.problem = None;
        if let Some(sheet) = columns.sheet() {
            self.start(Task::Try(sheet, columns.mapping.clone()), cx);
        }
    }

    fn take(&mut self, cx: &mut Cx) {
        let Step::Trial(roster, outcome) = &self.step else { return };
        if outcome.brings_nothing() {
            self.problem = Some(t(cx.lang, "import.brings_nothing", &[]));
            return;
        }
        self.problem = None;
        let task = Task::Take(Arc::clone(roster));
        self.start(task, cx);
    }

    fn start(&mut self, task: Task, cx: &mut Cx) {
        self.work = Work::start(task, cx);
        self.look_at_work(cx);
    }

    fn look_at_work(&mut self, cx: &mut Cx) {
        let Some(told) = self.work.as_mut().and_then(Work::look) else { return };
        self.work = None;
        let tz = cx.settings.calendar.tz();
        match told {
            Told::Step(..) => {}
            Told::Read(Ok(sheets)) => {
                let mut columns = Columns::new(sheets, self.list);
                if let Some(kept) = self.kept.take() {
                    columns.show_sheet(kept.sheet);
                    columns.mapping = Mapping::of(self.list);
                    columns.mapping.header_row = kept.header_row;
                    for (column, field) in kept.columns {
                        columns.mapping.set(column, Field::from_id(&field));
                    }
                }
                self.columns = Some(columns);
                self.step = Step::Columns;
            }
            Told::Read(Err(why)) => {
                self.kept = None;
                self.file = None;
                self.problem = Some(cx.say(&why));
            }
            Told::Tried(Ok((roster, report))) => {
                self.step = Step::Trial(Arc::new(roster), Outcome::new(report));
            }
            Told::Taken(Ok(report)) => {
                if let Some(id) = self.draft.take() {
                    let dropped = cx.store.drop_draft(id);
                    cx.read(dropped);
                }
                let words =
                    t(cx.lang, "import.done", &[("count", &(report.added + report.changed).to_string())]);
                self.step = Step::Done(Outcome::new(report));
                cx.send(Message::Changed);
                cx.toast(Tone::Good, words);
            }
            Told::Tried(Err(error)) | Told::Taken(Err(error)) => {
                self.problem = Some(say(&error, cx.lang, tz));
            }
        }
    }

    /// Breaks the work off. What was being written is only over when the thread says so.
    fn stop(&mut self) {
        let Some(work) = &self.work else { return };
        work.stop();
        if work.at.0 != work::Stage::Write {
            self.work = None;
            if self.columns.is_none() {
                self.file = None;
            }
        }
    }

    fn back(&mut self, cx: &mut Cx) {
        self.problem = None;
        match self.step {
            Step::File | Step::Done(_) => self.close(cx),
            Step::Columns => {
                self.step = Step::File;
                self.columns = None;
                self.file = None;
            }
            Step::Trial(..) => self.step = Step::Columns,
        }
    }

    fn close(&mut self, cx: &mut Cx) {
        if let Some(id) = self.draft.take() {
            let dropped = cx.store.drop_draft(id);
            cx.read(dropped);
        }
        cx.send(Message::Close);
    }

    fn save_report(&mut self, cx: &mut Cx) {
        let (Step::Trial(_, outcome) | Step::Done(outcome), Some(file)) = (&self.step, &self.file) else {
            return;
        };
        let stamp = cx.now.with_timezone(&cx.settings.calendar.tz()).format("%Y%m%d-%H%M").to_string();
        match report::save_beside(file, outcome.report(), cx.lang, &stamp) {
            Ok(path) => {
                let name = path.to_string_lossy().into_owned();
                cx.toast(Tone::Good, t(cx.lang, "import.report_saved", &[("file", &harmless(&name))]));
                self.problem = None;
            }
            Err(error) => {
                self.problem = Some(t(cx.lang, "import.report_failed", &[("error", &error.to_string())]));
            }
        }
    }

    fn title(&self, look: &Look) -> String {
        let (at, words) = match &self.step {
            Step::File => (1, "import.step.file"),
            Step::Columns => (2, "import.step.columns"),
            Step::Trial(..) => (3, "import.step.trial"),
            Step::Done(_) => (4, "import.step.done"),
        };
        let step = t(look.lang, words, &[]);
        let list = t(look.lang, &format!("import.list.{}", self.list.id()), &[]);
        let title =
            t(look.lang, "import.title", &[("list", &list), ("at", &at.to_string()), ("step", &step)]);
        let name = self.name();
        if name.is_empty() { title } else { format!("{title}  {name}") }
    }

    fn draw_work(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let Some(work) = &self.work else { return };
        let (stage, done, all) = work.at;
        let key = if work.stops() { "import.stopping" } else { stage.words() };
        let words = t(look.lang, key, &[]);
        let label = if all == 0 { String::new() } else { format!("{done} / {all}") };
        parts::progress(frame, area, look, (&self.name(), &words, &label), (done as u64, all as u64));
    }

    /// The work under way takes the keys: only breaking it off is possible.
    fn key_at_work(&mut self, event: &Event) -> bool {
        if matches!(event, Event::Key(key) if key.code == KeyCode::Esc) {
            self.stop();
        }
        true
    }
}

impl Screen for Import {
    fn refresh(&mut self, cx: &mut Cx) {
        self.look_at_work(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = self.title(look);
        let inner = parts::framed(frame, area, look, &title, None, true);
        let lines =
            self.problem.as_ref().map(|words| wrap(&harmless(words), usize::from(inner.width).max(1)));
        let lines = lines.unwrap_or_default();
        let below = lines.len().min(3) as u16;
        let body = Rect { height: inner.height.saturating_sub(below), ..inner };
        let at_work = self.work.is_some();
        match &mut self.step {
            Step::File => self.files.draw(frame, body, look, !at_work),
            Step::Columns => {
                if let Some(columns) = &mut self.columns {
                    columns.draw(frame, body, look);
                }
            }
            Step::Trial(_, outcome) => outcome.draw(frame, body, look, false),
            Step::Done(outcome) => outcome.draw(frame, body, look, true),
        }
        for (row, line) in lines.into_iter().take(3).enumerate() {
            let place = Rect { y: body.bottom() + row as u16, height: 1, ..inner };
            frame.render_widget(Line::styled(line, look.theme.style(Role::Error)), place);
        }
        self.draw_work(frame, area, look);
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if self.work.is_some() {
            return self.key_at_work(event);
        }
        let command = match event {
            Event::Key(key) => cx.keymap.resolve(key, Place::Form),
            _ => None,
        };
        let slot = match event {
            Event::Key(key) => cx.keymap.resolve(key, Place::List).and_then(Command::slot),
            _ => None,
        };
        let choosing = self.columns.as_ref().is_some_and(Columns::is_choosing);
        if command == Some(Command::Back) && !choosing {
            self.back(cx);
            return true;
        }
        if command == Some(Command::Park) && !matches!(self.step, Step::Done(_)) {
            if self.park(cx) {
                cx.send(Message::Close);
                let words = t(cx.lang, "ui.form.parked", &[("key", &cx.keymap.label(Command::ResumeDraft))]);
                cx.toast(Tone::Plain, words);
            }
            return true;
        }
        match &mut self.step {
            Step::File if slot == Some(0) => self.next_list(),
            Step::File => match self.files.event(event) {
                Picked::Ignored => return false,
                Picked::Taken => self.problem = None,
                Picked::File(path) => self.read(path, cx),
            },
            Step::Columns => {
                let Some(columns) = &mut self.columns else { return false };
                match (command, slot) {
                    (Some(Command::Save), _) if !choosing => self.try_out(cx),
                    (_, Some(0)) if !choosing => columns.next_sheet(),
                    (_, Some(1)) if !choosing => columns.move_heading(),
                    _ => {
                        if !columns.event(event, cx.lang) {
                            return false;
                        }
                        self.problem = None;
                    }
                }
            }
            Step::Trial(_, outcome) => match (command, slot) {
                (Some(Command::Save), _) => self.take(cx),
                (_, Some(0)) => self.save_report(cx),
                _ => return outcome.event(event),
            },
            Step::Done(outcome) => match (command, slot, event) {
                (_, Some(0), _) => self.save_report(cx),
                (_, _, Event::Key(key)) if key.code == KeyCode::Enter => self.close(cx),
                _ => return outcome.event(event),
            },
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.work.is_some() {
            return vec![hint("Esc".into(), "import.key.stop")];
        }
        let save = || look.keymap.label(Command::Save);
        let slot = |slot: usize| look.keymap.label(Command::SLOTS[slot]);
        let mut hints = match &self.step {
            Step::File => {
                vec![
                    hint(slot(0), &self.other_list()),
                    hint("Enter".into(), "import.key.read"),
                    hint("Tab".into(), "import.key.complete"),
                ]
            }
            Step::Columns => {
                let mut hints = vec![
                    hint(save(), "import.key.try"),
                    hint("Enter".into(), "import.key.field"),
                    hint(t(look.lang, "import.key.arrows", &[]), "import.key.turn"),
                ];
                if self.columns.as_ref().is_some_and(Columns::has_several) {
                    hints.push(hint(slot(0), "import.key.sheet"));
                }
                hints.push(hint(slot(1), "import.key.heading"));
                hints
            }
            Step::Trial(..) => vec![hint(save(), "import.key.take"), hint(slot(0), "import.key.report")],
            Step::Done(_) => {
                vec![hint(slot(0), "import.key.report"), hint("Enter".into(), "import.key.close")]
            }
        };
        hints.push(hint("Esc".into(), "ui.key.back"));
        hints
    }

    fn takes_text(&self) -> bool {
        matches!(self.step, Step::File)
    }

    fn help_topic(&self) -> &'static str {
        DRAFT
    }

    fn park(&mut self, cx: &mut Cx) -> bool {
        if self.work.as_ref().is_some_and(|work| work.at.0 == work::Stage::Write) {
            cx.toast(Tone::Plain, t(cx.lang, "import.under_way", &[]));
            return false;
        }
        let (Some(path), false) = (self.file.clone(), matches!(self.step, Step::Done(_))) else {
            return true;
        };
        let kept = self.kept.take().unwrap_or_else(|| Kept {
            list: self.list,
            path,
            sheet: self.columns.as_ref().map_or(0, Columns::at),
            columns: self
                .columns
                .iter()
                .flat_map(|columns| columns.mapping.fields())
                .map(|(column, field)| (column, field.id().to_owned()))
                .collect(),
            header_row: self.columns.as_ref().and_then(|columns| columns.mapping.header_row),
        });
        let Ok(body) = serde_json::to_value(&kept) else { return false };
        let draft = Draft {
            id: self.draft,
            operator: cx.session.name().to_owned(),
            kind: DRAFT.to_owned(),
            subject: None,
            title: {
                let list = t(cx.lang, &format!("import.list.{}", self.list.id()), &[]);
                t(cx.lang, "import.draft", &[("list", &list), ("file", &self.name())])
            },
            begun_at: cx.now,
            saved_at: cx.now,
            parked: true,
            body,
        };
        let written = cx.store.put_draft(&draft);
        cx.read(written).is_some()
    }
}
