//! A household beside a form or as a page of its own: who lives there, what is open, how often they came,
//! all that ever was.

use chrono::NaiveDate;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::cases::urgency_mark;
use crate::counter::household_file;
use crate::desk::household::{Household, Owed};
use crate::desk::kind::Kind;
use crate::store::cases::{Query, Row};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::{kind_name, word};
use crate::text::show::{mask_phone, show_money};
use crate::text::shown::reading;
use crate::text::width::{Align, fit, pad, wrap};
use crate::ui::cx::Cx;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Open and ended cases that are named beside a form.
const CASES: usize = 50;
/// Those that are named on the page: more than any household ever had.
const ALL_CASES: usize = 5_000;
/// Days that "of late" means.
const LATELY: u64 = 90;

/// A household and what is known of it.
pub struct HouseholdPane {
    household: Household,
    open: Vec<Row>,
    past: Vec<Row>,
    /// How many open and ended cases there are, named or not.
    totals: [u64; 2],
    counts: Vec<(&'static str, u64)>,
    satisfied: Option<(u32, u32)>,
    /// What it owes, charge by charge, and the day of the list that says so.
    owed: Vec<Owed>,
    owed_on: Option<NaiveDate>,
    kinds: crate::desk::kinds::Kinds,
    chosen: Option<usize>,
    /// Another case was chosen since it was drawn: it is brought into sight.
    follow: bool,
    /// Telephone numbers stand in full.
    revealed: bool,
    scroll: u16,
    /// Where it was last drawn.
    drawn: Rect,
    lines: u16,
}

impl HouseholdPane {
    /// Reads a household, `whole` with all its cases; `None` for a unit that is in no roster.
    pub fn read(unit: &str, whole: bool, cx: &mut Cx) -> Option<Self> {
        let household = cx.read(cx.store.household(unit)).flatten()?;
        let base = Query {
            unit: Some(unit.to_owned()),
            limit: if whole { ALL_CASES } else { CASES },
            ..Query::default()
        };
        let open = cx.read(cx.store.list(&Query { open: Some(true), ..base.clone() }))?.rows;
        let past = cx.read(cx.store.list(&Query { open: Some(false), ..base.clone() }))?.rows;
        let today = cx.settings.calendar.day_of(cx.now);
        let from = today.checked_sub_days(chrono::Days::new(LATELY)).unwrap_or_default();
        let counted = cx.read(cx.store.counts_of(unit, from))?;
        let totals = [counted.open, counted.ended];
        let lately = |kind: &'static Kind| Some((kind.id, *counted.lately.get(kind.id)?));
        let counts = cx.store.kinds().iter().filter_map(lately).collect();
        let satisfied = cx.read(cx.store.scores_of(unit)).flatten();
        let owed = cx.read(cx.store.owed(unit)).flatten().map(|(owed, _)| owed).unwrap_or_default();
        let owed_on = cx.read(cx.store.owed_list()).flatten().map(|list| list.day);
        let kinds = cx.store.kinds();
        Some(Self {
            household,
            open,
            past,
            totals,
            counts,
            satisfied,
            owed,
            owed_on,
            kinds,
            chosen: None,
            follow: false,
            revealed: false,
            scroll: 0,
            drawn: Rect::ZERO,
            lines: 0,
        })
    }

    /// What the household owes in all, if it does.
    pub fn owes(&self, look: &Look) -> Option<Span<'static>> {
        let amount = Some(self.household.arrears).filter(|arrears| *arrears > 0).map(show_money)?;
        let words = t(look.lang, "ui.household.arrears", &[("amount", &amount)]);
        Some(Span::styled(format!("! {words}"), look.theme.style(Role::Overdue)))
    }

    /// The unit.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.household.unit
    }

    /// Its cases, open ones first.
    pub fn cases(&self) -> impl Iterator<Item = &Row> {
        self.open.iter().chain(&self.past)
    }

    /// Marks one of its cases, counted as [`Self::cases`] gives them.
    pub fn choose(&mut self, chosen: Option<usize>) {
        self.follow |= self.chosen != chosen;
        self.chosen = chosen;
    }

    /// Shows telephone numbers in full, or masks them again.
    pub const fn reveal(&mut self, whole: bool) {
        self.revealed = whole;
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

    /// Draws it; `whole` when it is the page at work.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look, whole: bool) {
        let inner = parts::framed(frame, area, look, &self.household.unit, None, whole);
        let (lines, chosen) = self.content(usize::from(inner.width), look, whole);
        self.drawn = inner;
        self.lines = lines.len().min(usize::from(u16::MAX)) as u16;
        self.scroll = self.scroll.min(self.lines.saturating_sub(inner.height));
        if let (Some(at), true) = (chosen, std::mem::take(&mut self.follow)) {
            // The first case brings the facts above into sight again.
            self.scroll = if self.chosen == Some(0) && at < inner.height { 0 } else { self.scroll.min(at) };
            self.scroll = self.scroll.max((at + 1).saturating_sub(inner.height));
        }
        let shown: Vec<Line> =
            lines.into_iter().skip(usize::from(self.scroll)).take(usize::from(inner.height)).collect();
        frame.render_widget(Paragraph::new(shown), inner);
    }

    /// Its lines, and which of them is the chosen case. Telephones are masked beside a list or a form, which
    /// others may read over the counter; on the page itself the household is what is being worked on, and
    /// somebody who opened it is about to ring one of these numbers.
    fn content(&self, width: usize, look: &Look, whole: bool) -> (Vec<Line<'static>>, Option<u16>) {
        let mut lines = Vec::new();
        let text =
            |text: String, role: Role| Line::styled(fit(&harmless(&text), width), look.theme.style(role));
        for resident in &self.household.residents {
            let relation = t(look.lang, &format!("household.relation.{}", resident.relation.id()), &[]);
            let phones: Vec<String> = resident
                .phones
                .iter()
                .map(|phone| if self.revealed { phone.clone() } else { mask_phone(phone) })
                .collect();
            lines.push(text(format!("{}  {relation}  {}", resident.name, phones.join(" ")), Role::Title));
        }
        let mut facts = Vec::new();
        if let Some(area) = self.household.area {
            facts.push(t(look.lang, "ui.household.area", &[("area", &reading(area * 10))]));
        }
        facts.push(t(look.lang, &format!("household.occupancy.{}", self.household.occupancy.id()), &[]));
        if let Some(day) = self.household.moved_in {
            facts.push(t(
                look.lang,
                "ui.household.since",
                &[("day", &day.format(if whole { "%Y-%m-%d" } else { "%Y-%m" }).to_string())],
            ));
        }
        lines.push(text(facts.join("  "), Role::Dim));
        if let Some(owes) = self.owes(look) {
            lines.push(Line::from(owes));
            for owed in self.owed.iter().filter(|_| whole) {
                lines.push(text(format!("  {}", household_file::charge(owed)), Role::Text));
            }
            if let Some(day) = self.owed_on.filter(|_| whole && !self.owed.is_empty()) {
                let words = t(look.lang, "household.owed_on", &[("day", &day.to_string())]);
                lines.push(text(format!("  {words}"), Role::Dim));
            }
        }
        let papers = &self.household.papers;
        if whole && !papers.is_unknown() {
            lines.push(text(household_file::papers(papers, look.lang), Role::Dim));
        }
        if !self.household.note.is_empty() {
            let most = if whole { usize::MAX } else { 2 };
            for line in wrap(&self.household.note, width).into_iter().take(most) {
                lines.push(text(line, Role::Accent));
            }
        }
        if self.household.residents.is_empty() {
            lines.push(text(t(look.lang, "household.nobody", &[]), Role::Dim));
        }
        if !self.counts.is_empty() {
            let counts: Vec<String> = self
                .counts
                .iter()
                .map(|(kind, count)| format!("{} {count}", kind_name(look.lang, kind)))
                .collect();
            lines.push(text(
                t(look.lang, "ui.household.lately", &[("counts", &counts.join("  "))]),
                Role::Dim,
            ));
        }
        if let Some((sum, count)) = self.satisfied {
            let mean = format!("{:.1}", f64::from(sum) / f64::from(count.max(1)));
            let words =
                t(look.lang, "ui.household.satisfied", &[("mean", &mean), ("count", &count.to_string())]);
            lines.push(text(words, Role::Dim));
        }
        let mut index = 0;
        let mut place = None;
        let parts = [
            ("ui.household.open", &self.open, self.totals[0]),
            ("ui.household.past", &self.past, self.totals[1]),
        ];
        for (title, rows, total) in parts {
            if rows.is_empty() {
                continue;
            }
            lines.push(Line::default());
            lines.push(text(t(look.lang, title, &[("count", &total.to_string())]), Role::Accent));
            for row in rows {
                let mut line = self.case_line(row, width, look);
                if self.chosen == Some(index) {
                    place = u16::try_from(lines.len()).ok();
                    line.spans[0] = Span::raw("\u{258c}");
                    line = parts::chosen(line, look);
                }
                lines.push(line);
                index += 1;
            }
        }
        if index == 0 {
            lines.push(Line::default());
            lines.push(text(t(look.lang, "household.no_case", &[]), Role::Dim));
        }
        (lines, place)
    }

    fn case_line(&self, row: &Row, width: usize, look: &Look) -> Line<'static> {
        let phase = self
            .kinds
            .get(&row.case.kind)
            .map_or(crate::desk::kind::Phase::Todo, |k| k.phase(&row.case.state));
        let mark = parts::mark(urgency_mark(row, look, phase), look);
        let state = word(look.lang, &row.case.kind, "state", &row.case.state);
        let rest = format!(" {}  {}  {state}", row.case.number, look.summary(&row.case));
        Line::from(vec![
            Span::raw(" "),
            Span::styled(pad(&mark.content, 2, Align::Left), mark.style),
            Span::styled(fit(&harmless(&rest), width.saturating_sub(3)), look.theme.style(Role::Text)),
        ])
    }
}
