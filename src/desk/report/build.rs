//! Making a report out of totals.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::compare::{self, FIGURES};
use super::{Behind, Cell, Chart, Label, Period, Report, Row, Section, Value, percentile};
use crate::desk::callback::Outcome;
use crate::desk::figures::Ratio;
use crate::desk::kinds::Kinds;
use crate::desk::outcome;
use crate::desk::settings::Settings;
use crate::desk::totals::{IN_TIME, Is, LATE, Match, Sort, Span, Total};

/// The kinds by which the counter itself is busy.
pub(super) const CONTACTS: &[&str] = &["call", "visit"];
/// The kinds whose course is drawn.
pub(super) const COURSE: [&str; 4] = ["call", "visit", "repair", "complaint"];
/// The kinds by which callers who come again and again are counted, the first being their calls.
pub const CALLERS: [&str; 3] = ["call", "repair", "complaint"];
/// From so many calls on somebody called again and again.
pub const CALLS_LEAST: u32 = 3;
/// Most of them that are named.
pub const CALLERS_MOST: usize = 20;
/// The codes of complaints.
pub(super) const CODES: &str = "complaint-code";
const DEPARTMENTS: &str = "department";
const REPAIRS: &str = "repair-category";
/// Up to so many days a course is shown day by day, else month by month.
pub const TREND_DAYS: u32 = 62;

/// The totals of one period.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The period.
    pub period: Period,
    /// Its days, as they stand now.
    pub span: Span,
    /// The book was kept all through it.
    pub whole: bool,
    /// What is asked of this period, by its sort, in one step: of one that is only compared not all sorts.
    pub totals: BTreeMap<Sort, Vec<Total>>,
    /// How many minutes repairs took that were done within it, in order, each with how often.
    pub took: Vec<(u32, u32)>,
}

impl Counted {
    /// The totals of a sort.
    fn of(&self, sort: Sort) -> &[Total] {
        self.totals.get(&sort).map_or(&[], Vec::as_slice)
    }

    /// How many a condition counts within this period.
    pub(super) fn sum(&self, by: &Match) -> u32 {
        by.sum(self.of(by.sort))
    }

    /// The totals that a condition counts.
    pub(super) fn taken(&self, by: &Match) -> Vec<&Total> {
        taken(self.of(by.sort), by)
    }

    /// Everything of a sort.
    pub(super) fn all(&self, sort: Sort) -> Match {
        Match::all(sort, self.span)
    }

    /// A number and its condition.
    pub(super) fn cell(&self, by: Match) -> Cell {
        Cell::counted(self.sum(&by), by)
    }

    /// Minutes that the work of these cases took, each with how often.
    pub(super) fn minutes(&self, by: &Match) -> Vec<(u32, u32)> {
        let taken = self.of(by.sort).iter().filter(|total| by.takes(total));
        summed_up(taken.map(|total| (total.b.parse().unwrap_or(0), total.n)).collect())
    }
}

/// Values in order, each once with how often it is there.
#[must_use]
pub fn summed_up(mut values: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    values.sort_unstable();
    values.dedup_by(|next, before| {
        let same = next.0 == before.0;
        if same {
            before.1 += next.1;
        }
        same
    });
    values
}

/// What a report is made from.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// The kinds of case.
    pub kinds: Kinds,
    /// When it is made.
    pub at: DateTime<Utc>,
    /// The period's totals.
    pub now: Counted,
    /// Those of the periods before, the newest first; none from before the book began.
    pub before: Vec<Counted>,
    /// The hours, by weekday.
    pub hours: Vec<Total>,
    /// What was opened, by day or month ([`TREND_DAYS`]).
    pub course: Vec<Total>,
    /// Cases open at the end, by kind.
    pub open: BTreeMap<String, u32>,
    /// Who called again and again: the unit, and how many of each of [`CALLERS`].
    pub callers: Vec<(String, [u32; 3])>,
    /// What is owed once a year, in the report of a year.
    pub duties: Option<Duties>,
    /// The only operator who may be named; `None` where all may be.
    pub only: Option<String>,
}

/// What the survey and the training of a year came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Duties {
    /// Of the forms of the survey that were handed out, how many were answered.
    pub answered: Ratio,
    /// Of those who answered, how many are satisfied over all.
    pub satisfied: Ratio,
    /// Of the employees who were to come to a course, how many came.
    pub trained: Ratio,
    /// Of those who came, how many passed.
    pub passed: Ratio,
    /// As [`Self::trained`], of new employees alone.
    pub newcomers_trained: Ratio,
    /// As [`Self::passed`], of new employees alone.
    pub newcomers_passed: Ratio,
}

/// Makes the report.
#[must_use]
pub fn build(material: &Material) -> Report {
    let now = &material.now;
    let mut sections = vec![figures(now), kinds(material), codes(material), departments(material)];
    sections.extend([
        repairs(material),
        owed(now, "promises", Sort::Due),
        owed(now, "callbacks", Sort::CallDue),
        by_whom(material),
        satisfaction(material),
        hours(material),
        callers(material),
    ]);
    sections.extend(material.duties.as_ref().map(duties));
    if now.period.days() > 1 {
        sections.push(course(material));
    }
    let comparison = compare::section(material);
    if !material.before.is_empty() {
        sections.push(comparison);
    }
    Report {
        community: material.settings.community.clone(),
        period: now.period,
        at: material.at,
        running: now.period.last() >= now.span.today,
        summary: compare::summary(material),
        sections,
    }
}

fn words(ids: &[&'static str]) -> Vec<Label> {
    ids.iter().map(|id| Label::Word(id)).collect()
}

const fn row(label: Label, cells: Vec<Cell>) -> Row {
    Row { label, depth: 0, sums: false, cells }
}

const fn sum_row(cells: Vec<Cell>) -> Row {
    Row { label: Label::Word("all"), depth: 0, sums: true, cells }
}

/// The columns of what is held against a target.
const AGAINST_TARGET: &[&str] = &["percent", "fulfilled", "counted", "target", "verdict"];

/// A share held against its target, with the cells of the share itself, its part and its whole.
fn against_target(id: &'static str, ratio: Ratio, target: Option<u32>, counted: [Cell; 3]) -> Row {
    let verdict = target.and_then(|target| ratio.meets(target));
    let mut cells = Vec::from(counted);
    cells.push(Cell::plain(target.map_or(Value::Nothing, Value::Target)));
    cells.push(Cell::plain(verdict.map_or(Value::Nothing, Value::Verdict)));
    row(Label::Word(id), cells)
}

/// Figures against their targets.
fn figures(now: &Counted) -> Section {
    let rows = FIGURES.iter().map(|figure| {
        let (part, of) = figure.matches(now.span);
        let ratio = Ratio { part: now.sum(&part), of: now.sum(&of) };
        let counted = [
            Cell::of(Value::percent(ratio), of.clone()),
            Cell::counted(ratio.part, part),
            Cell::counted(ratio.of, of),
        ];
        against_target(figure.id, ratio, figure.target, counted)
    });
    let rows = rows.collect();
    Section { id: "figures", columns: words(AGAINST_TARGET), rows, chart: Chart::Bars(0) }
}

/// What the survey and the training of the year came to, against their targets.
fn duties(duties: &Duties) -> Section {
    const SURVEY: Option<u32> = Some(outcome::TARGETS[1].percent);
    let rows = [
        ("survey-answered", duties.answered, None),
        ("survey-satisfied", duties.satisfied, SURVEY),
        ("staff-trained", duties.trained, Some(100)),
        ("staff-passed", duties.passed, Some(100)),
        ("newcomers-trained", duties.newcomers_trained, Some(100)),
        ("newcomers-passed", duties.newcomers_passed, Some(100)),
    ]
    .map(|(id, ratio, target)| {
        let counted = [Value::percent(ratio), Value::Count(ratio.part), Value::Count(ratio.of)];
        against_target(id, ratio, target, counted.map(Cell::plain))
    });
    Section { id: "duties", columns: words(AGAINST_TARGET), rows: rows.into(), chart: Chart::Bars(0) }
}

/// What was opened, ended, and is open still, by kind.
fn kinds(material: &Material) -> Section {
    let now = &material.now;
    let day = now.span.to;
    let rows = material.kinds.iter().filter_map(|kind| {
        let open = material.open.get(kind.id).copied().unwrap_or(0);
        let still =
            Cell { value: Value::Count(open), cases: Some(Behind::Open { kind: kind.id.to_owned(), day }) };
        let cells = vec![
            now.cell(now.all(Sort::Opened).kind(kind.id)),
            now.cell(now.all(Sort::Closed).kind(kind.id)),
            still,
        ];
        let some = cells.iter().any(|cell| cell.value != Value::Count(0));
        some.then(|| row(Label::Kind(kind.id.to_owned()), cells))
    });
    Section {
        id: "kinds",
        columns: words(&["opened", "closed", "open"]),
        rows: rows.collect(),
        chart: Chart::Bars(0),
    }
}

/// The codes of a catalogue in their order, and behind them those that are only found in totals.
pub(super) fn codes_of(settings: &Settings, catalogue: &str, found: &[&Total]) -> Vec<String> {
    let known = settings.catalogue(catalogue).map_or(&[][..], |catalogue| &catalogue.items);
    let mut codes: Vec<String> = known.iter().map(|item| item.code.clone()).collect();
    let unknown: BTreeSet<&str> = found
        .iter()
        .map(|total| total.a.as_str())
        .filter(|code| !codes.iter().any(|known| known == code))
        .collect();
    let unknown: Vec<String> = unknown.into_iter().map(str::to_owned).collect();
    codes.extend(unknown);
    codes
}

/// Totals that a condition counts.
fn taken<'a>(totals: &'a [Total], by: &Match) -> Vec<&'a Total> {
    totals.iter().filter(|total| by.takes(total)).collect()
}

/// How many now, how many in the period before, and the difference.
fn against_before(material: &Material, by: impl Fn(&Counted) -> Match) -> Vec<Cell> {
    let now = &material.now;
    let cell = now.cell(by(now));
    let Some(before) = material.before.first() else {
        return vec![cell, Cell::plain(Value::Nothing), Cell::plain(Value::Nothing)];
    };
    let (is, was) = (now.sum(&by(now)), before.sum(&by(before)));
    vec![cell, before.cell(by(before)), Cell::plain(Value::Change(i64::from(is) - i64::from(was)))]
}

/// Complaints by code, against the period before.
fn codes(material: &Material) -> Section {
    let all = |counted: &Counted| counted.all(Sort::Opened).kind("complaint");
    let mut found = material.now.taken(&all(&material.now));
    for before in material.before.iter().take(1) {
        found.extend(before.taken(&all(before)));
    }
    let mut rows = Vec::new();
    for code in codes_of(material.settings, CODES, &found) {
        let top = !code.contains('.');
        let is = if top && !code.is_empty() { Is::Under(code.clone()) } else { Is::Exactly(code.clone()) };
        let cells = against_before(material, |counted| all(counted).a(is.clone()));
        if cells.iter().take(2).any(|cell| cell.value.number().is_some_and(|n| n > 0.0)) {
            rows.push(Row { label: Label::Code(CODES, code), depth: u8::from(!top), sums: false, cells });
        }
    }
    if !rows.is_empty() {
        rows.push(sum_row(against_before(material, all)));
    }
    Section { id: "codes", columns: words(&["count", "before", "change"]), rows, chart: Chart::Bars(0) }
}

/// Complaints by the department that they were sent to, each with its codes: what is passed on.
fn departments(material: &Material) -> Section {
    let now = &material.now;
    let all = now.all(Sort::Opened).kind("complaint");
    let found = now.taken(&all);
    let mut by_department: Vec<Total> =
        found.iter().map(|total| Total { a: total.b.clone(), ..(*total).clone() }).collect();
    by_department.retain(|total| !total.a.is_empty());
    let borrowed: Vec<&Total> = by_department.iter().collect();
    let mut departments = codes_of(material.settings, DEPARTMENTS, &borrowed);
    departments.push(String::new());
    let mut rows = Vec::new();
    for department in departments {
        let by = all.clone().b(Is::Exactly(department.clone()));
        let own = now.taken(&by);
        if own.is_empty() {
            continue;
        }
        rows.push(row(Label::Code(DEPARTMENTS, department), vec![now.cell(by.clone())]));
        for code in codes_of(material.settings, CODES, &own) {
            let cell = now.cell(by.clone().a(Is::Exactly(code.clone())));
            if cell.value != Value::Count(0) {
                rows.push(Row { label: Label::Code(CODES, code), depth: 1, sums: false, cells: vec![cell] });
            }
        }
    }
    if !rows.is_empty() {
        rows.push(sum_row(vec![now.cell(all)]));
    }
    Section { id: "departments", columns: words(&["count"]), rows, chart: Chart::Bars(0) }
}

/// Repairs by category, with how long they took.
fn repairs(material: &Material) -> Section {
    let now = &material.now;
    let cells = |is: Is| {
        let opened = now.all(Sort::Opened).kind("repair").a(is.clone());
        let done = now.all(Sort::Done).kind("repair").a(is);
        let minutes = now.minutes(&done);
        let at = |percent| {
            let value = percentile(&minutes, percent).map_or(Value::Nothing, Value::Minutes);
            Cell::of(value, done.clone())
        };
        vec![
            now.cell(opened.clone()),
            now.cell(opened.c(Is::Exactly("urgent".into()))),
            now.cell(done.clone()),
            at(50),
            at(90),
        ]
    };
    let mut found = now.taken(&now.all(Sort::Opened).kind("repair"));
    found.extend(now.taken(&now.all(Sort::Done).kind("repair")));
    let mut rows = Vec::new();
    for code in codes_of(material.settings, REPAIRS, &found) {
        let cells = cells(Is::Exactly(code.clone()));
        if cells.iter().any(|cell| cell.value.number().is_some_and(|n| n > 0.0)) {
            rows.push(row(Label::Code(REPAIRS, code), cells));
        }
    }
    if !rows.is_empty() {
        rows.push(sum_row(cells(Is::Any)));
    }
    Section {
        id: "repairs",
        columns: words(&["opened", "urgent", "done", "median", "p90"]),
        rows,
        chart: Chart::Bars(0),
    }
}

/// What was owed, by what it was: promises, or callbacks.
fn owed(now: &Counted, id: &'static str, sort: Sort) -> Section {
    let all = now.all(sort);
    let end = now.span.to.to_string();
    let cells = |by: Match| {
        let in_time = by.clone().b(Is::Exactly(IN_TIME.into()));
        let late = by.clone().b(Is::Exactly(LATE.into())).c(Is::UpTo(end.clone()));
        let not = by.clone().c(Is::NotUpTo(end.clone()));
        let done = if sort == Sort::Due { in_time.clone() } else { by.clone().c(Is::UpTo(end.clone())) };
        let ratio = Ratio { part: now.sum(&done), of: now.sum(&by) };
        vec![
            now.cell(by.clone()),
            now.cell(in_time),
            now.cell(late),
            now.cell(not),
            Cell::of(Value::percent(ratio), by),
        ]
    };
    let stages: BTreeSet<&str> = now.taken(&all).into_iter().map(|total| total.a.as_str()).collect();
    let mut rows: Vec<Row> = stages
        .into_iter()
        .map(|stage| row(Label::Stage(stage.to_owned()), cells(all.clone().a(Is::Exactly(stage.to_owned())))))
        .collect();
    if !rows.is_empty() {
        rows.push(sum_row(cells(all)));
    }
    let last = if sort == Sort::Due { "kept" } else { "made" };
    Section { id, columns: words(&["due", "in-time", "late", "not-yet", last]), rows, chart: Chart::Bars(0) }
}

/// The average of the scores of these callbacks.
fn average(now: &Counted, by: &Match) -> Value {
    let (mut sum, mut count) = (0_u32, 0_u32);
    for total in now.taken(by) {
        if let Ok(score) = total.c.parse::<u32>() {
            sum += score * total.n;
            count += total.n;
        }
    }
    if count == 0 { Value::Nothing } else { Value::Hundredths((sum * 200 + count) / (2 * count)) }
}

/// Callbacks made, by whom.
fn by_whom(material: &Material) -> Section {
    let now = &material.now;
    let all = now.all(Sort::Called);
    let cells = |by: Match| {
        let mut cells = vec![now.cell(by.clone())];
        for outcome in [Outcome::Satisfied, Outcome::Dissatisfied, Outcome::Unwanted] {
            cells.push(now.cell(by.clone().b(Is::Exactly(outcome.id().into()))));
        }
        cells.push(Cell::of(average(now, &by), by));
        cells
    };
    let names: BTreeSet<&str> = now.taken(&all).into_iter().map(|total| total.a.as_str()).collect();
    let may = |name: &str| material.only.as_deref().is_none_or(|only| only == name);
    let mut rows: Vec<Row> = names
        .into_iter()
        .filter(|name| may(name))
        .map(|name| row(Label::Name(name.to_owned()), cells(all.clone().a(Is::Exactly(name.to_owned())))))
        .collect();
    if now.sum(&all) > 0 {
        rows.push(sum_row(cells(all)));
    }
    Section {
        id: "by-whom",
        columns: words(&["calls-made", "satisfied", "dissatisfied", "unwanted", "average"]),
        rows,
        chart: Chart::Bars(0),
    }
}

/// How satisfied those were whom a callback reached, by the kind of their case.
fn satisfaction(material: &Material) -> Section {
    const ASKED: &[&str] = &["satisfied", "dissatisfied"];
    let now = &material.now;
    let cells = |by: Match| {
        let satisfied = by.clone().b(Is::Exactly(Outcome::Satisfied.id().into()));
        let asked = by.clone().b(Is::OneOf(ASKED));
        let ratio = Ratio { part: now.sum(&satisfied), of: now.sum(&asked) };
        let mut cells = vec![
            Cell::of(Value::percent(ratio), asked.clone()),
            now.cell(satisfied.clone()),
            now.cell(by.clone().b(Is::Exactly(Outcome::Dissatisfied.id().into()))),
        ];
        for score in (1..=5).rev() {
            cells.push(now.cell(satisfied.clone().c(Is::Exactly(format!("{score}")))));
        }
        cells.push(Cell::of(average(now, &satisfied), satisfied));
        cells
    };
    let all = now.all(Sort::Called);
    let asked = all.clone().b(Is::OneOf(ASKED));
    let mut rows: Vec<Row> = material
        .kinds
        .iter()
        .filter(|kind| now.sum(&asked.clone().kind(kind.id)) > 0)
        .map(|kind| row(Label::Kind(kind.id.to_owned()), cells(all.clone().kind(kind.id))))
        .collect();
    if !rows.is_empty() {
        rows.push(sum_row(cells(all)));
    }
    let mut columns = words(&["percent", "satisfied", "dissatisfied"]);
    columns.extend((1..=5).rev().map(|score| Label::Name(score.to_string())));
    columns.push(Label::Word("average"));
    Section { id: "satisfaction", columns, rows, chart: Chart::Bars(0) }
}

/// Calls and visits by weekday and hour.
fn hours(material: &Material) -> Section {
    let now = &material.now;
    let all = Match { kind: Is::OneOf(CONTACTS), ..now.all(Sort::Hour) };
    let found = taken(&material.hours, &all);
    let seen: BTreeSet<u8> = found.iter().filter_map(|total| total.a.parse().ok()).collect();
    let (Some(first), Some(last)) = (seen.first().copied(), seen.last().copied()) else {
        return Section { id: "hours", columns: Vec::new(), rows: Vec::new(), chart: Chart::Heat };
    };
    let cell = |weekday: Option<u8>, hour: Option<u8>| {
        let a = hour.map_or(Is::Any, |hour| Is::Exactly(format!("{hour:02}")));
        let by = Match { weekday, ..all.clone().a(a) };
        let step = weekday.map(|day| day.to_string());
        let of = |total: &&&Total| step.as_ref().is_none_or(|step| *step == total.step) && by.takes(total);
        let n = found.iter().filter(of).map(|total| total.n).sum();
        Cell::counted(n, by)
    };
    let cells = |weekday: Option<u8>| {
        let mut cells: Vec<Cell> = (first..=last).map(|hour| cell(weekday, Some(hour))).collect();
        cells.push(cell(weekday, None));
        cells
    };
    // The week begins on Monday; the count of weekdays on Sunday.
    let mut rows: Vec<Row> =
        (1..=7).map(|day| day % 7).map(|day| row(Label::Weekday(day), cells(Some(day)))).collect();
    rows.push(sum_row(cells(None)));
    let mut columns: Vec<Label> = (first..=last).map(Label::Hour).collect();
    columns.push(Label::Word("all"));
    Section { id: "hours", columns, rows, chart: Chart::Heat }
}

/// Who called again and again.
fn callers(material: &Material) -> Section {
    let now = &material.now;
    let rows = material.callers.iter().map(|(unit, counts)| {
        let cells = CALLERS.iter().zip(counts).map(|(kind, n)| {
            let by = Match { unit: Some(unit.clone()), ..now.all(Sort::Opened).kind(kind) };
            Cell::counted(*n, by)
        });
        row(Label::Name(unit.clone()), cells.collect())
    });
    Section {
        id: "callers",
        columns: CALLERS.iter().map(|kind| Label::Kind((*kind).to_owned())).collect(),
        rows: rows.collect(),
        chart: Chart::Bars(0),
    }
}

/// The course of what was opened, by day or month.
fn course(material: &Material) -> Section {
    let now = &material.now;
    let last = now.span.to.min(now.span.today);
    let by_day = now.period.days() <= TREND_DAYS;
    let mut rows = Vec::new();
    let mut at = now.span.from;
    while at <= last {
        let (label, step, until) = if by_day {
            (Label::Day(at), at.to_string(), at)
        } else {
            let until = end_of_month(at).min(last);
            (Label::Month(at), at.format("%Y-%m").to_string(), until)
        };
        let cells = COURSE.iter().map(|kind| {
            let by = now.all(Sort::Opened).kind(kind);
            let n = material.course.iter().filter(|total| total.step == step && by.takes(total));
            Cell::counted(n.map(|total| total.n).sum(), by.within(at, until))
        });
        rows.push(row(label, cells.collect()));
        let Some(next) = until.succ_opt() else { break };
        at = next;
    }
    let some = rows.iter().flat_map(|row| &row.cells).any(|cell| cell.value != Value::Count(0));
    Section {
        id: "course",
        columns: COURSE.iter().map(|kind| Label::Kind((*kind).to_owned())).collect(),
        rows: if some { rows } else { Vec::new() },
        chart: Chart::Lines(COURSE.len()),
    }
}

/// The last day of the month of a day.
fn end_of_month(day: NaiveDate) -> NaiveDate {
    use chrono::Datelike as _;
    let first = day.with_day(1).unwrap_or(day);
    first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(day)
}
