//! Reports on the screen: sections at the left, their charts and tables, and the cases behind each number.

mod behind;
mod draw;
mod work;

use crossterm::event::{Event, KeyCode, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use self::behind::BehindScreen;
use self::work::Work;
use super::export::ExportScreen;
use super::list::{Cursor, List};
use crate::desk::report::{Period, PeriodSort, Report, Section};
use crate::text::lang::t;
use crate::text::report as words;
use crate::text::shown::Reader;
use crate::text::width::{Align, fit, pad, width, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// From this width on the sections stay beside their table.
const WIDE: u16 = 100;

/// A report.
pub struct ReportScreen {
    period: Period,
    report: Option<Box<Report>>,
    work: Option<Work>,
    /// The summary first, then the sections.
    sections: List,
    /// The keys go to the table instead of the list of sections.
    inside: bool,
    rows: List,
    column: usize,
    first_column: usize,
}

impl ReportScreen {
    /// The report of the month, to begin with.
    pub fn new(cx: &mut Cx) -> Self {
        let today = cx.settings.calendar.day_of(cx.now);
        let mut screen = Self {
            period: Period::around(PeriodSort::Month, today),
            report: None,
            work: None,
            sections: List::default(),
            inside: false,
            rows: List::default(),
            column: 0,
            first_column: 0,
        };
        screen.make(cx);
        screen
    }

    /// Begins to make the report; what was under way is dropped with its answer.
    fn make(&mut self, cx: &mut Cx) {
        self.work = Work::start(self.period, cx);
        self.look_for_answer(cx);
    }

    fn look_for_answer(&mut self, cx: &mut Cx) {
        let Some(made) = self.work.as_mut().and_then(Work::look) else { return };
        self.work = None;
        if let Some(Some(report)) = cx.tell(made) {
            let kept = self.section().map(|section| section.id);
            self.report = Some(report);
            let sections = self.report.as_ref().map_or(&[][..], |report| &report.sections);
            let place = kept.and_then(|id| sections.iter().position(|section| section.id == id));
            let len = sections.len() + 1;
            self.sections.set_len(len, place.map(|at| at + 1));
            self.come_to_section();
        }
    }

    /// The chosen section; `None` for the summary.
    fn section(&self) -> Option<&Section> {
        let at = self.sections.selected()?.checked_sub(1)?;
        self.report.as_ref()?.sections.get(at)
    }

    /// Takes the size of the chosen section; the place within it stays as near as it can.
    fn come_to_section(&mut self) {
        let size = self.section().map(|section| (section.rows.len(), section.columns.len()));
        let (rows, columns) = size.unwrap_or((0, 0));
        self.rows.set_len(rows, None);
        self.column = self.column.min(columns.saturating_sub(1));
        if rows == 0 {
            self.inside = false;
        }
    }

    fn go_to(&mut self, period: Period, cx: &mut Cx) {
        let today = cx.settings.calendar.day_of(cx.now);
        if period.first() <= today {
            self.period = period;
            self.make(cx);
        }
    }

    /// The next sort of period, around the last day of this one.
    fn next_sort(&mut self, cx: &mut Cx) {
        let sorts: Vec<PeriodSort> =
            PeriodSort::ALL.into_iter().filter(|sort| *sort != PeriodSort::Free).collect();
        let at = sorts.iter().position(|sort| *sort == self.period.sort()).unwrap_or(0);
        let today = cx.settings.calendar.day_of(cx.now);
        let day = self.period.last().min(today);
        self.go_to(Period::around(sorts[(at + 1) % sorts.len()], day), cx);
    }

    fn show_cases(&self, cx: &mut Cx) {
        let (Some(section), Some(at)) = (self.section(), self.rows.selected()) else { return };
        let Some(row) = section.rows.get(at) else { return };
        let Some(cell) = row.cells.get(self.column) else { return };
        let Some(behind) = &cell.cases else { return };
        let reader = Reader { lang: cx.lang, now: cx.now, settings: cx.settings };
        let name = words::label(&row.label, &reader);
        let column = section.columns.get(self.column).map(|column| words::label(column, &reader));
        let title = format!(
            "{}  {}  {}  {}",
            words::section(section, cx.lang),
            name,
            column.unwrap_or_default(),
            words::value(cell.value, cx.lang)
        );
        cx.send(Message::Push(Box::new(BehindScreen::new(title, behind.clone()))));
    }

    /// Asks for the file that gets the report as it is shown.
    fn save(&self, cx: &mut Cx) {
        // While another period is being counted the one on the screen is not the one that is meant.
        let shown = self.report.as_deref().filter(|report| report.period == self.period);
        if let Some(report) = shown {
            let screen = ExportScreen::report(report.clone(), cx);
            cx.send(Message::Push(Box::new(screen)));
        }
    }

    fn enter_table(&mut self) {
        if self.section().is_some_and(|section| !section.rows.is_empty()) {
            self.inside = true;
            self.column = 0;
            self.first_column = 0;
            self.rows.select(0);
        }
    }

    fn sections_event(&mut self, code: KeyCode, cx: &mut Cx) -> bool {
        match code {
            KeyCode::Esc => cx.send(Message::Close),
            KeyCode::Left => self.go_to(self.period.before(), cx),
            KeyCode::Right => self.go_to(self.period.after(), cx),
            KeyCode::Enter | KeyCode::Tab => self.enter_table(),
            code => {
                let moved = self.sections.key(code);
                if moved == Cursor::Moved {
                    self.rows.select(0);
                    self.column = 0;
                    self.first_column = 0;
                    self.come_to_section();
                }
                return moved != Cursor::Ignored;
            }
        }
        true
    }

    fn table_event(&mut self, code: KeyCode, cx: &mut Cx) -> bool {
        let columns = self.section().map_or(0, |section| section.columns.len());
        match code {
            KeyCode::Esc | KeyCode::Tab | KeyCode::BackTab => self.inside = false,
            KeyCode::Left => self.column = self.column.saturating_sub(1),
            KeyCode::Right => self.column = (self.column + 1).min(columns.saturating_sub(1)),
            KeyCode::Enter => self.show_cases(cx),
            code => return self.rows.key(code) != Cursor::Ignored,
        }
        true
    }

    fn draw_sections(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = words::period(&self.period, look.lang);
        let sort = t(look.lang, &format!("report.sort.{}", self.period.sort().id()), &[]);
        let inner = parts::framed(frame, area, look, &title, Some(&sort), !self.inside);
        let Some(report) = &self.report else { return };
        let mut names = vec![t(look.lang, "report.summary", &[])];
        names.extend(report.sections.iter().map(|section| words::section(section, look.lang)));
        let room = usize::from(inner.width).saturating_sub(2);
        for (y, at) in self.sections.window(inner).enumerate() {
            let mut line = Line::from(vec![
                Span::raw(" "),
                Span::styled(pad(&fit(&names[at], room), room, Align::Left), look.theme.style(Role::Text)),
            ]);
            if self.sections.selected() == Some(at) {
                line.spans[0] = Span::raw("\u{258c}");
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }

    fn draw_summary(frame: &mut Frame, area: Rect, look: &Look, report: &Report) {
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        let room = usize::from(area.width).saturating_sub(4).max(1);
        let mut y = area.y;
        for said in &report.summary {
            let (mark, role) = if said.worse { ("! ", Role::Overdue) } else { ("- ", Role::Text) };
            for (at, line) in wrap(&words::sentence(said, &reader), room).into_iter().enumerate() {
                if y >= area.bottom() {
                    return;
                }
                let mark = if at == 0 { mark } else { "  " };
                let line = Line::styled(format!(" {mark}{line}"), look.theme.style(role));
                frame.render_widget(line, Rect { y, height: 1, ..area });
                y += 1;
            }
        }
    }

    fn draw_section(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        let title = match (&self.report, self.section()) {
            (_, Some(section)) => words::section(section, look.lang),
            (Some(report), None) => words::title(report, look.lang),
            (None, None) => String::new(),
        };
        let foot = self.work.as_ref().map_or_else(
            || self.report.as_ref().map(|report| words::as_of(report, &reader)),
            |work| Some(t(look.lang, "report.counting", &[("percent", &work.done.to_string())])),
        );
        let inner = parts::framed(frame, area, look, &title, foot.as_deref(), self.inside);
        let Some(report) = &self.report else {
            let done = self.work.as_ref().map_or(0, |work| work.done).to_string();
            parts::centred(frame, inner, look, &t(look.lang, "report.counting", &[("percent", &done)]));
            return;
        };
        let at = self.sections.selected().and_then(|at| at.checked_sub(1));
        let Some(section) = at.and_then(|at| report.sections.get(at)) else {
            Self::draw_summary(frame, inner, look, report);
            return;
        };
        let place = draw::Place {
            list: &mut self.rows,
            column: self.column,
            first: &mut self.first_column,
            focused: self.inside,
        };
        draw::section(frame, inner, look, section, place);
    }
}

impl Screen for ReportScreen {
    fn refresh(&mut self, cx: &mut Cx) {
        if self.work.is_some() {
            self.look_for_answer(cx);
        } else {
            let stale = self.report.as_ref().is_none_or(|report| report.at != cx.now);
            if stale {
                self.make(cx);
            }
        }
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let names = self.report.as_ref().map_or(0, |report| {
            report
                .sections
                .iter()
                .map(|section| width(&words::section(section, look.lang)))
                .max()
                .unwrap_or(0)
        });
        let left = if area.width >= WIDE || !self.inside { (names as u16 + 5).clamp(22, 32) } else { 0 };
        let [sections, body] =
            Layout::horizontal([Constraint::Length(left), Constraint::Min(40)]).areas(area);
        if left > 0 {
            self.draw_sections(frame, sections, look);
        }
        self.draw_section(frame, body, look);
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Event::Mouse(mouse) = event {
            if matches!(mouse.kind, MouseEventKind::Down(_)) && self.sections.mouse(*mouse) == Cursor::Moved {
                self.inside = false;
                self.come_to_section();
                return true;
            }
            return self.rows.mouse(*mouse) != Cursor::Ignored;
        }
        let Event::Key(key) = event else { return false };
        match cx.keymap.resolve(key, Place::List) {
            Some(Command::Slot1) => {
                self.next_sort(cx);
                return true;
            }
            Some(Command::Export) => {
                self.save(cx);
                return true;
            }
            _ => {}
        }
        if self.inside { self.table_event(key.code, cx) } else { self.sections_event(key.code, cx) }
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        let sort = hint(look.keymap.label(Command::Slot1), "ui.key.period_sort");
        let save = hint(look.keymap.label(Command::Export), "ui.key.save_file");
        if self.inside {
            return vec![
                hint("Enter".into(), "ui.key.cases"),
                hint("Left/Right".into(), "ui.key.column"),
                hint("Esc".into(), "ui.key.back"),
                save,
                sort,
            ];
        }
        vec![
            hint("Enter".into(), "ui.key.into"),
            sort,
            save,
            hint("Esc".into(), "ui.key.back"),
            // In a narrow window the arrows have to be guessed.
            hint("Left/Right".into(), "ui.key.period"),
        ]
    }

    fn help_topic(&self) -> &'static str {
        "report"
    }
}
