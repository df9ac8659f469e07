//! Printing at the screen: which form, and whether it is saved, printed, opened or looked at first.
//!
//! Laying out and writing run on a thread with a connection of its own; the screen shows that they do, and
//! what came out.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use chrono::NaiveDate;
use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{Cursor, List};
use crate::counter::printing;
use crate::desk::why::Why;
use crate::paper::engine::Engine;
use crate::paper::job::{Job, Printed, Sheet, Way, What, remarks};
use crate::paper::{PaperError, out, templates};
use crate::store::Store;
use crate::text::lang::{Lang, t};
use crate::text::width::{fit, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

mod preview;

use self::preview::Preview;

/// Longest path that is typed.
const PATH_MAX: usize = 1_000;

/// A sheet that can be printed of what is at hand.
struct Choice {
    what: What,
    /// The template, whose name is under `paper.form.<id>`.
    form: String,
    /// What its file is called, without the directory.
    file: String,
    copies: u32,
    why_not: Option<Why>,
}

/// What a thread tells.
enum Told {
    Sheet(Box<Result<Sheet, PaperError>>),
    Printed(Result<Printed, PaperError>),
}

/// The dialog.
pub struct PrintDialog {
    title: String,
    choices: Vec<Choice>,
    list: List,
    path: TextEdit,
    /// The path was typed: it does not follow the form any more.
    typed: bool,
    lang: Lang,
    work: Option<Receiver<Told>>,
    /// What went wrong, or what there is to know.
    said: Vec<String>,
    bad: bool,
}

impl PrintDialog {
    /// For the forms of a case; `None` if it is gone.
    pub fn of_case(number: &str, cx: &mut Cx) -> Option<Self> {
        let case = cx.read(cx.store.case(number)).flatten()?;
        let forms = cx.tell(printing::forms(cx.store, cx.session, &case))?;
        let choice = |offered: printing::Offered| Choice {
            what: What::Case { number: case.number.clone(), form: Some(offered.form.id.to_owned()) },
            form: offered.form.id.to_owned(),
            file: out::plain_name(&format!("{}-{}", case.number, offered.form.id)),
            copies: offered.copies,
            why_not: offered.why_not,
        };
        let mut choices: Vec<Choice> = forms.into_iter().map(choice).collect();
        choices.sort_by_key(|choice| choice.why_not.is_some());
        Some(Self::new(case.number.clone(), choices, cx))
    }

    /// For the report of a day.
    pub fn of_day(day: NaiveDate, cx: &Cx) -> Self {
        Self::new(day.to_string(), vec![other(What::Day(day), "day", &format!("day-{day}"))], cx)
    }

    /// For the file of a household.
    pub fn of_household(unit: &str, cx: &Cx) -> Self {
        let choice = other(What::Household(unit.to_owned()), "household", &format!("household-{unit}"));
        Self::new(unit.to_owned(), vec![choice], cx)
    }

    fn new(title: String, choices: Vec<Choice>, cx: &Cx) -> Self {
        let mut list = List::default();
        list.set_len(choices.len(), Some(0));
        let mut dialog = Self {
            title,
            choices,
            list,
            path: TextEdit::new(false, PATH_MAX),
            typed: false,
            lang: cx.lang,
            work: None,
            said: Vec::new(),
            bad: false,
        };
        dialog.follow();
        dialog
    }

    fn chosen(&self) -> Option<&Choice> {
        self.list.selected().and_then(|at| self.choices.get(at))
    }

    /// The path of the chosen form, unless one was typed.
    fn follow(&mut self) {
        if self.typed {
            return;
        }
        if let Some(file) = self.chosen().map(|choice| format!("{}.pdf", choice.file)) {
            self.path.propose(&directory().join(file).display().to_string());
        }
    }

    fn say(&mut self, said: Vec<String>, bad: bool) {
        self.said = said;
        self.bad = bad;
    }

    /// Lays the sheet out for a preview (`None`), or sends it a way.
    fn start(&mut self, way: Option<Way>, cx: &mut Cx) {
        if self.work.is_some() {
            return;
        }
        let Some(choice) = self.chosen() else { return };
        // What a role stands against is tried, so that it is on record.
        if let Some(why) = choice.why_not.as_ref().filter(|why| way.is_none() || why.needs.is_none()) {
            let words = cx.say(why);
            self.say(vec![words], true);
            return;
        }
        let job =
            Job { what: choice.what.clone(), session: cx.session.clone(), now: cx.now, lang: self.lang };
        self.say(Vec::new(), false);
        let (tell, told) = channel();
        let work = move |store: &mut Store| {
            let engine = Engine::new(templates::directory());
            let done = match way {
                None => Told::Sheet(Box::new(job.sheet(&engine, store))),
                Some(way) => Told::Printed(job.send(&engine, store, &way)),
            };
            // When the dialog is gone nobody listens; what was printed is recorded all the same.
            drop(tell.send(done));
        };
        match cx.store.again() {
            // A book in memory has one connection only.
            None => work(cx.store),
            Some(store) => {
                let Some(mut store) = cx.read(store) else { return };
                let wake = cx.wake();
                std::thread::spawn(move || {
                    work(&mut store);
                    wake();
                });
            }
        }
        self.work = Some(told);
        self.take(cx);
    }

    /// Takes what came out, if the work has ended.
    fn take(&mut self, cx: &mut Cx) {
        let told = match self.work.as_ref().map(Receiver::try_recv) {
            Some(Ok(told)) => told,
            Some(Err(std::sync::mpsc::TryRecvError::Disconnected)) => Told::Printed(Err(PaperError::Broken)),
            _ => return,
        };
        self.work = None;
        let failed = match told {
            Told::Sheet(sheet) => match *sheet {
                Ok(sheet) => {
                    let said = remarks(&sheet.pdf.missing, &sheet.pdf.faults, cx.lang);
                    self.say(said, true);
                    cx.send(Message::Push(Box::new(Preview::new(sheet.title, &sheet.pdf.pages))));
                    return;
                }
                Err(error) => error,
            },
            Told::Printed(Ok(printed)) => {
                let said = remarks(&printed.missing, &printed.faults, cx.lang);
                let words = printed.say(cx.lang);
                cx.send(Message::Changed);
                if said.is_empty() {
                    cx.send(Message::Close);
                }
                cx.toast(Tone::Good, words);
                self.say(said, true);
                return;
            }
            Told::Printed(Err(error)) => error,
        };
        let words = failed.say(cx.lang, cx.settings.calendar.tz());
        self.say(vec![words], true);
    }
}

fn other(what: What, form: &str, file: &str) -> Choice {
    Choice { what, form: form.to_owned(), file: out::plain_name(file), copies: 0, why_not: None }
}

/// Where people keep what they save.
fn directory() -> PathBuf {
    let dirs = directories::UserDirs::new();
    let documents = dirs.as_ref().and_then(|dirs| dirs.document_dir().map(PathBuf::from));
    documents
        .filter(|documents| documents.is_dir())
        .or_else(|| dirs.map(|dirs| dirs.home_dir().to_owned()))
        .unwrap_or_default()
}

impl Screen for PrintDialog {
    fn refresh(&mut self, cx: &mut Cx) {
        self.take(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "ui.print.title", &[("what", &self.title)]);
        let tongue = t(look.lang, &format!("ui.print.language.{}", self.lang.tag()), &[]);
        let inner = parts::framed(frame, area, look, &title, Some(&tongue), true);
        let width = usize::from(inner.width);
        let [forms, rest] = {
            let height = (self.choices.len() as u16).min(inner.height.saturating_sub(4));
            [Rect { height, ..inner }, Rect { y: inner.y + height, height: inner.height - height, ..inner }]
        };
        for (y, index) in self.list.window(forms).enumerate() {
            let choice = &self.choices[index];
            let name = t(look.lang, &format!("paper.form.{}", choice.form), &[]);
            let (role, beside) = match (&choice.why_not, choice.copies) {
                (Some(why), _) => {
                    (Role::Dim, crate::text::say::say(why, look.lang, look.settings.calendar.tz()))
                }
                (None, 0) => (Role::Text, String::new()),
                (None, copies) => {
                    let count = copies.to_string();
                    (Role::Text, t(look.lang, "ui.print.copies", &[("count", &count)]))
                }
            };
            let text = fit(&format!(" {name}   {beside}"), width.saturating_sub(1));
            let mut line = Line::from(vec![Span::raw(" "), Span::styled(text, look.theme.style(role))]);
            if self.list.selected() == Some(index) {
                line.spans[0] = Span::raw("\u{258c}");
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: forms.y + y as u16, height: 1, ..forms });
        }
        let row = |y: u16| Rect { y: rest.y + y, height: u16::from(y < rest.height), ..rest };
        let label = t(look.lang, "ui.print.path", &[]);
        frame.render_widget(Line::styled(format!(" {label}"), look.theme.style(Role::Dim)), row(1));
        if rest.height > 2 {
            let style = look.theme.style(Role::FieldFocused);
            self.path.draw(
                frame,
                Rect { x: rest.x + 1, width: rest.width.saturating_sub(2), ..row(2) },
                style,
                true,
            );
        }
        let (words, role) = if self.work.is_some() {
            (vec![t(look.lang, "ui.print.at_work", &[])], Role::Accent)
        } else {
            (self.said.clone(), if self.bad { Role::Error } else { Role::Text })
        };
        let lines = words.iter().flat_map(|words| wrap(words, width.saturating_sub(2).max(1)));
        for (y, line) in (4..rest.height).zip(lines) {
            frame.render_widget(Line::styled(format!(" {line}"), look.theme.style(role)), row(y));
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Event::Mouse(mouse) = event {
            let moved = self.list.mouse(*mouse) != Cursor::Ignored;
            self.follow();
            return moved;
        }
        if let Event::Key(key) = event {
            match key.code {
                KeyCode::Esc => cx.send(Message::Close),
                KeyCode::Enter | KeyCode::F(5) => {
                    let path = self.path.text();
                    if path.trim().is_empty() {
                        let words = cx.t("ui.print.no_path", &[]);
                        self.say(vec![words], true);
                    } else {
                        self.start(Some(Way::Save(home(path.trim()))), cx);
                    }
                }
                KeyCode::F(6) => self.start(Some(Way::Printer(None)), cx),
                KeyCode::F(7) => self.start(Some(Way::Open), cx),
                KeyCode::F(8) => self.start(None, cx),
                KeyCode::F(9) => self.lang = self.lang.other(),
                KeyCode::Up | KeyCode::Down => {
                    self.list.key(key.code);
                    self.follow();
                }
                _ => return self.typed_into(event),
            }
            return true;
        }
        self.typed_into(event)
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: &str, words: &str| Hint {
            key: key.to_owned(),
            does: t(look.lang, &format!("ui.print.key.{words}"), &[]),
        };
        vec![
            hint("F5", "save"),
            hint("F6", "print"),
            hint("F7", "open"),
            hint("F8", "preview"),
            hint("F9", "language"),
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "print"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, body.width.saturating_sub(6).min(96), self.choices.len() as u16 + 10))
    }
}

impl PrintDialog {
    fn typed_into(&mut self, event: &Event) -> bool {
        match self.path.event(event) {
            Some(changed) => {
                self.typed |= changed;
                true
            }
            None => false,
        }
    }
}

/// `~` as people write it for their own directory.
fn home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), directories::UserDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(path),
    }
}
