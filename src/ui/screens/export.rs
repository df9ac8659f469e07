//! Writing what a list shows, or a report, as a file: which format, which time, where to.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::beside::Beside;
use crate::desk::people::Role as OperatorRole;
use crate::desk::report::Report;
use crate::exchange::export::{Export, Format, What, export};
use crate::exchange::reports;
use crate::paper::engine::Engine;
use crate::paper::job::remarks;
use crate::paper::{self, PaperError, templates};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::report::title as report_title;
use crate::text::say::kind_name;
use crate::text::shown::Reader;
use crate::text::typed;
use crate::text::width::{width, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Longest path that is taken, in characters.
const PATH_MAX: usize = 1_000;
/// Longest day that is taken, in characters.
const DAY_MAX: usize = 20;

/// What is asked for, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Format,
    From,
    To,
    File,
    Phones,
}

impl Asked {
    const ALL: [Self; 5] = [Self::Format, Self::From, Self::To, Self::File, Self::Phones];

    const fn words(self) -> &'static str {
        match self {
            Self::Format => "export.format",
            Self::From => "export.from",
            Self::To => "export.to",
            Self::File => "export.file",
            Self::Phones => "export.phones",
        }
    }
}

/// What is written.
enum Subject {
    /// What a list shows.
    List(What),
    /// A report as it is on the screen.
    Report(Box<Report>),
}

impl Subject {
    /// The endings of the files that it can be written as, the usual one first.
    fn endings(&self) -> Vec<&'static str> {
        match self {
            Self::List(_) => Format::ALL.into_iter().map(Format::ending).collect(),
            Self::Report(_) => reports::Format::ALL.into_iter().map(reports::Format::ending).collect(),
        }
    }

    /// The ending of that file's name, where it is one of those.
    fn ending_of(&self, file: &Path) -> Option<&'static str> {
        match self {
            Self::List(_) => Format::of(file).ok().map(Format::ending),
            Self::Report(_) => reports::Format::of(file).ok().map(reports::Format::ending),
        }
    }
}

/// What came out.
struct Written {
    /// How many records, of a list.
    count: Option<u64>,
    /// What else there is to say.
    remarks: Vec<String>,
}

/// An export about to be made.
pub struct ExportScreen {
    subject: Subject,
    /// The ending of the file's name says the format.
    ending: &'static str,
    from: TextEdit,
    to: TextEdit,
    file: TextEdit,
    unmask: bool,
    /// Whether telephone numbers in full may be chosen.
    may_unmask: bool,
    /// The file that is there already and may be replaced, as the person said.
    replace: Option<PathBuf>,
    at: usize,
    problem: Option<String>,
    work: Option<Beside<Result<Written, PaperError>>>,
}

impl ExportScreen {
    /// An export of that list.
    #[must_use]
    pub fn new(what: What, cx: &Cx) -> Self {
        let day = cx.settings.calendar.day_of(cx.now).format("%Y%m%d");
        Self::of(Subject::List(what), &format!("{}-{day}", what.id()), cx)
    }

    /// An export of a report.
    #[must_use]
    pub fn report(report: Report, cx: &Cx) -> Self {
        let name = format!("{}-{}", report.period.sort().id(), report.period.name());
        Self::of(Subject::Report(Box::new(report)), &name, cx)
    }

    fn of(subject: Subject, name: &str, cx: &Cx) -> Self {
        let home = || directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let directory = std::env::current_dir().ok().or_else(home).unwrap_or_default();
        let ending = subject.endings()[0];
        let mut file = TextEdit::new(false, PATH_MAX);
        file.propose(&directory.join(format!("{name}.{ending}")).to_string_lossy());
        Self {
            subject,
            ending,
            from: TextEdit::new(false, DAY_MAX),
            to: TextEdit::new(false, DAY_MAX),
            file,
            unmask: false,
            may_unmask: cx.session.role() >= OperatorRole::Supervisor,
            replace: None,
            at: 0,
            problem: None,
            work: None,
        }
    }

    /// What can be asked for here: only cases have a time, only lists have telephone numbers, and not
    /// everybody may have all of them.
    fn asked(&self) -> Vec<Asked> {
        let dated = matches!(self.subject, Subject::List(What::Cases(_)));
        let phones = self.may_unmask && matches!(self.subject, Subject::List(_));
        let asked = |asked: &Asked| match asked {
            Asked::From | Asked::To => dated,
            Asked::Phones => phones,
            Asked::Format | Asked::File => true,
        };
        Asked::ALL.into_iter().filter(asked).collect()
    }

    fn focus(&self) -> Asked {
        self.asked().get(self.at).copied().unwrap_or(Asked::File)
    }

    fn step(&mut self, step: isize) {
        let count = self.asked().len() as isize;
        self.at = (self.at as isize + step).rem_euclid(count) as usize;
    }

    /// Takes the next format; the file's name follows.
    fn turn_format(&mut self, step: isize) {
        let endings = self.subject.endings();
        let at = endings.iter().position(|ending| *ending == self.ending).unwrap_or(0) as isize;
        self.ending = endings[(at + step).rem_euclid(endings.len() as isize) as usize];
        let path = PathBuf::from(self.file.text()).with_extension(self.ending);
        let path = path.to_string_lossy();
        if self.file.is_proposed() { self.file.propose(&path) } else { self.file.set(&path) }
    }

    fn text(&mut self) -> Option<&mut TextEdit> {
        match self.focus() {
            Asked::From => Some(&mut self.from),
            Asked::To => Some(&mut self.to),
            Asked::File => Some(&mut self.file),
            Asked::Format | Asked::Phones => None,
        }
    }

    /// A day as it is typed; nothing where none is.
    fn day(&self, of: Asked, cx: &Cx) -> Result<Option<NaiveDate>, (Asked, String)> {
        let text = if of == Asked::From { self.from.text() } else { self.to.text() };
        if text.trim().is_empty() {
            return Ok(None);
        }
        let today = cx.settings.calendar.day_of(cx.now);
        typed::date(&text, today).map(Some).map_err(|error| (of, error.say(cx.lang)))
    }

    fn start(&mut self, cx: &mut Cx) {
        self.problem = None;
        let days = self.day(Asked::From, cx).and_then(|from| Ok((from, self.day(Asked::To, cx)?)));
        let (from, to) = match days {
            Ok(days) => days,
            Err((asked, problem)) => {
                self.at = self.asked().iter().position(|known| *known == asked).unwrap_or(self.at);
                self.problem = Some(problem);
                return;
            }
        };
        let file = PathBuf::from(self.file.text().trim());
        let replace = self.replace.as_deref() == Some(&file);
        if file.exists() && !replace {
            // The next time it is meant.
            self.problem = Some(cx.t(
                "export.replace",
                &[("file", &harmless(&file.to_string_lossy())), ("key", &cx.keymap.label(Command::Save))],
            ));
            self.replace = Some(file);
            return;
        }
        self.write(file, (from, to), replace, cx);
        self.look_at_work(cx);
    }

    /// Begins to write the file.
    fn write(
        &mut self,
        file: PathBuf,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
        replace: bool,
        cx: &mut Cx,
    ) {
        let (session, now, lang) = (cx.session.clone(), cx.now, cx.lang);
        self.work = match &self.subject {
            Subject::List(what) => {
                let (what, unmask) = (*what, self.unmask);
                Beside::start(cx, move |store, progress| {
                    let order = Export { what, from, to, unmask, file: &file, replace, lang };
                    let count = export(store, &session, now, &order, progress)?;
                    Ok(Written { count: Some(count), remarks: Vec::new() })
                })
            }
            Subject::Report(report) => {
                let (report, settings) = (report.clone(), cx.settings.clone());
                Beside::start(cx, move |_, _| {
                    let reader = Reader { lang, now, settings: &settings };
                    let mut said = Vec::new();
                    let pdf = || -> Result<_, PaperError> {
                        let engine = Engine::new(templates::directory());
                        let pdf = paper::reports::report(&report, &reader, &engine)?;
                        said = remarks(&pdf.missing, &pdf.faults, lang);
                        Ok(pdf.bytes)
                    };
                    reports::save(&report, &reader, &file, replace, pdf)?;
                    Ok(Written { count: None, remarks: said })
                })
            }
        };
    }

    fn look_at_work(&mut self, cx: &mut Cx) {
        let Some(outcome) = self.work.as_mut().and_then(Beside::look) else { return };
        self.work = None;
        match outcome {
            Ok(written) => {
                let file = self.file.text();
                let file = harmless(file.trim());
                let words = match written.count {
                    Some(count) => cx.t("export.done", &[("count", &count.to_string()), ("file", &file)]),
                    None => cx.t("report.saved", &[("file", &file)]),
                };
                if written.remarks.is_empty() {
                    cx.send(Message::Close);
                } else {
                    self.problem = Some(written.remarks.join(" "));
                }
                cx.toast(Tone::Good, words);
            }
            Err(error) => self.problem = Some(error.say(cx.lang, cx.settings.calendar.tz())),
        }
    }

    fn value(&self, asked: Asked, look: &Look) -> String {
        match asked {
            Asked::Format => {
                let name = |ending: &&str| {
                    if *ending == self.ending { format!("[.{ending}]") } else { format!(" .{ending} ") }
                };
                self.subject.endings().iter().map(name).collect::<Vec<_>>().join(" ")
            }
            Asked::Phones => t(look.lang, if self.unmask { "export.unmasked" } else { "export.masked" }, &[]),
            Asked::From | Asked::To | Asked::File => String::new(),
        }
    }

    fn draw_asked(&mut self, frame: &mut Frame, inner: Rect, look: &Look) -> u16 {
        let asked = self.asked();
        let label = |asked: &Asked| t(look.lang, asked.words(), &[]);
        let columns = asked.iter().map(|asked| width(&label(asked))).max().unwrap_or(0) as u16 + 2;
        for (y, one) in asked.iter().enumerate() {
            let line = Rect { y: inner.y + y as u16, height: 1, ..inner };
            let focused = y == self.at && self.work.is_none();
            let role = if focused { Role::Accent } else { Role::Dim };
            frame.render_widget(Line::from(Span::styled(label(one), look.theme.style(role))), line);
            let field = Rect { x: line.x + columns, width: line.width.saturating_sub(columns), ..line };
            let role = if focused { Role::FieldFocused } else { Role::Field };
            let edit = match one {
                Asked::From => &mut self.from,
                Asked::To => &mut self.to,
                Asked::File => &mut self.file,
                Asked::Format | Asked::Phones => {
                    let words = self.value(*one, look);
                    frame.render_widget(Line::styled(words, look.theme.style(role)), field);
                    continue;
                }
            };
            edit.draw(frame, field, look.theme.style(role), focused);
        }
        asked.len() as u16
    }
}

impl Screen for ExportScreen {
    fn refresh(&mut self, cx: &mut Cx) {
        self.look_at_work(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let name = match &self.subject {
            Subject::List(What::Cases(kind)) => kind_name(look.lang, kind.id),
            Subject::List(What::Households) => t(look.lang, "export.households", &[]),
            Subject::Report(report) => report_title(report, look.lang),
        };
        let title = t(look.lang, "export.title", &[("what", &name)]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        let rows = self.draw_asked(frame, inner, look);
        let (words, role) = match (&self.work, &self.problem) {
            (Some(work), _) if work.stops() => (t(look.lang, "export.stopping", &[]), Role::Text),
            (Some(_), _) if matches!(self.subject, Subject::Report(_)) => {
                (t(look.lang, "export.writing", &[]), Role::Text)
            }
            (Some(work), _) => {
                let (done, all) = (work.at.0.to_string(), work.at.1.to_string());
                (t(look.lang, "export.progress", &[("done", &done), ("all", &all)]), Role::Text)
            }
            (None, Some(problem)) => (problem.clone(), Role::Error),
            (None, None) if matches!(self.subject, Subject::Report(_)) => {
                (t(look.lang, "export.hint_format", &[]), Role::Dim)
            }
            (None, None) => (t(look.lang, "export.hint", &[]), Role::Dim),
        };
        let lines = wrap(&harmless(&words), usize::from(inner.width).max(1));
        let room = usize::from(inner.height.saturating_sub(rows + 1));
        for (y, line) in lines.into_iter().enumerate().take(room) {
            let place = Rect { y: inner.y + rows + 1 + y as u16, height: 1, ..inner };
            frame.render_widget(Line::styled(line, look.theme.style(role)), place);
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let command = match event {
            Event::Key(key) => cx.keymap.resolve(key, Place::Form),
            _ => None,
        };
        if let Some(work) = &self.work {
            if command == Some(Command::Back) {
                work.stop();
            }
            return true;
        }
        let code = if let Event::Key(key) = event { Some(key.code) } else { None };
        match (command, code, self.focus()) {
            (Some(Command::Back), ..) => cx.send(Message::Close),
            (Some(Command::Save), ..) | (_, Some(KeyCode::Enter), _) => self.start(cx),
            (_, Some(KeyCode::Down | KeyCode::Tab), _) => self.step(1),
            (_, Some(KeyCode::Up | KeyCode::BackTab), _) => self.step(-1),
            (_, Some(KeyCode::Left), Asked::Format) => self.turn_format(-1),
            (_, Some(KeyCode::Right | KeyCode::Char(' ')), Asked::Format) => self.turn_format(1),
            (_, Some(KeyCode::Left | KeyCode::Right | KeyCode::Char(' ')), Asked::Phones) => {
                self.unmask = !self.unmask;
            }
            _ => match self.text().map(|text| text.event(event)) {
                Some(Some(changed)) => {
                    if changed {
                        self.problem = None;
                        self.replace = None;
                        let ending = self.subject.ending_of(Path::new(self.file.text().trim()));
                        self.ending = ending.unwrap_or(self.ending);
                    }
                }
                Some(None) | None => return false,
            },
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.work.is_some() {
            return vec![hint("Esc".into(), "export.key.stop")];
        }
        vec![
            hint(look.keymap.label(Command::Save), "export.key.write"),
            hint("Tab".into(), "export.key.next"),
            hint("Esc".into(), "ui.key.back"),
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "desk"
    }

    /// Nothing is lost: what was chosen is chosen again in a moment, and a file half written goes.
    fn park(&mut self, _: &mut Cx) -> bool {
        true
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 76, 12))
    }
}
