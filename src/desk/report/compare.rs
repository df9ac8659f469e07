//! A period against those before it, and in words what got worse.

use super::build::{CODES, COURSE, Counted, Material, codes_of};
use super::{Cell, Chart, Label, Row, Section, Value, percentile};
use crate::desk::figures::{CALLBACKS_MADE, COMPLAINTS_HANDLED, RINGS, Ratio, SATISFIED, SATISFIED_NORM};
use crate::desk::kinds::{complaint, repair};
use crate::desk::totals::{IN_TIME, Is, Match, Sort, Span, Total};

/// A share is worse, or better, from so many points of percent on.
const POINTS: i64 = 3;
/// A share of fewer than so many says nothing about a change.
const SHARE_LEAST: u32 = 5;
/// More of something is worse from so many on …
const MORE: u32 = 3;
/// … that are at least such a share of what there was, in percent.
const MORE_PERCENT: u32 = 20;
/// So many periods in a row with more each time are worse, however little more it is.
const ROW: usize = 3;
/// Work takes longer from so many minutes on …
const LONGER: u32 = 30;
/// … that are at least such a share of what it took, in percent.
const LONGER_PERCENT: u32 = 20;

/// What is put into a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// What it is about.
    Label(Label),
    /// A number.
    Value(Value),
}

/// One sentence of the summary, made by a rule; words under `report.said.<rule>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// The rule.
    pub rule: &'static str,
    /// Whether something is worse than it was or should be.
    pub worse: bool,
    /// The values of its placeholders.
    pub values: Vec<(&'static str, Said)>,
}

/// A figure that the service is judged by.
pub(super) struct Figure {
    pub id: &'static str,
    pub target: Option<u32>,
    /// What fulfils it, and out of what.
    matches: fn(&Match, &str) -> (Match, Match),
    sort: Sort,
}

impl Figure {
    /// What fulfils it within a span, and out of what.
    pub(super) fn matches(&self, span: Span) -> (Match, Match) {
        (self.matches)(&Match::all(self.sort, span), &span.to.to_string())
    }

    fn ratio(&self, counted: &Counted) -> Ratio {
        let (part, of) = self.matches(counted.span);
        Ratio { part: counted.sum(&part), of: counted.sum(&of) }
    }
}

fn satisfied(all: &Match, _: &str) -> (Match, Match) {
    let word = |word: &str| all.clone().b(Is::Exactly(word.to_owned()));
    (word("satisfied"), all.clone().b(Is::OneOf(&["satisfied", "dissatisfied"])))
}

/// The figures (source §一(三)6, §二(二), §三(三)2(2) and 3(6), §四(二)⒊⑥).
pub(super) const FIGURES: [Figure; 7] = [
    // What fell due within the period and was replied to by its end.
    Figure {
        id: "complaints-handled",
        target: Some(COMPLAINTS_HANDLED),
        sort: Sort::Due,
        matches: |all, end| {
            let of = all.clone().a(Is::Exactly(complaint::REPLY_PROMISE.into()));
            (of.clone().c(Is::UpTo(end.into())), of)
        },
    },
    Figure {
        id: "callbacks-made",
        target: Some(CALLBACKS_MADE),
        sort: Sort::CallDue,
        matches: |all, end| (all.clone().c(Is::UpTo(end.into())), all.clone()),
    },
    Figure {
        id: "urgent-called-back",
        target: Some(100),
        sort: Sort::UrgentDue,
        matches: |all, _| {
            let of = all.clone().a(Is::Exactly(repair::CALLBACK.into()));
            (of.clone().b(Is::Exactly(IN_TIME.into())), of)
        },
    },
    Figure { id: "satisfied", target: Some(SATISFIED), sort: Sort::Called, matches: satisfied },
    Figure { id: "satisfied-norm", target: Some(SATISFIED_NORM), sort: Sort::Called, matches: satisfied },
    Figure {
        id: "answered-in-time",
        target: None,
        sort: Sort::Rings,
        matches: |all, _| (all.clone().a(Is::UpTo(format!("{RINGS:03}"))), all.clone()),
    },
    Figure {
        id: "promises-kept",
        target: None,
        sort: Sort::Due,
        matches: |all, _| (all.clone().b(Is::Exactly(IN_TIME.into())), all.clone()),
    },
];

/// A figure by its name, counted from the totals of a span; nothing out of nothing for another name.
#[must_use]
pub fn figure(id: &str, span: Span, totals: &[Total]) -> Ratio {
    let Some(figure) = FIGURES.iter().find(|figure| figure.id == id) else { return Ratio::default() };
    let (part, of) = figure.matches(span);
    Ratio { part: part.sum(totals), of: of.sum(totals) }
}

/// What is compared: its name, how it is counted in a period, and what it says when there is more of it.
struct Measure {
    label: Label,
    cell: Box<dyn Fn(&Counted) -> Cell>,
}

fn measures(material: &Material) -> Vec<Measure> {
    let mut measures: Vec<Measure> = Vec::new();
    // One target of satisfaction is enough here.
    for figure in FIGURES.iter().filter(|figure| figure.id != "satisfied-norm") {
        measures.push(Measure {
            label: Label::Word(figure.id),
            cell: Box::new(|counted| {
                let (_, of) = figure.matches(counted.span);
                Cell::of(Value::percent(figure.ratio(counted)), of)
            }),
        });
    }
    measures.push(Measure {
        label: Label::Word("repair-median"),
        cell: Box::new(|counted| {
            let done = counted.all(Sort::Done).kind(repair::KIND.id);
            let median = percentile(&counted.took, 50);
            Cell::of(median.map_or(Value::Nothing, Value::Minutes), done)
        }),
    });
    for kind in COURSE {
        measures.push(Measure {
            label: Label::Kind(kind.to_owned()),
            cell: Box::new(move |counted| counted.cell(counted.all(Sort::Opened).kind(kind))),
        });
    }
    for code in top_codes(material) {
        measures.push(Measure {
            label: Label::Code(CODES, code.clone()),
            cell: Box::new(move |counted| counted.cell(complaints(counted).a(Is::Under(code.clone())))),
        });
    }
    measures
}

fn complaints(counted: &Counted) -> Match {
    counted.all(Sort::Opened).kind("complaint")
}

/// The first level of the codes under which there were complaints in any of the periods.
fn top_codes(material: &Material) -> Vec<String> {
    let all = || std::iter::once(&material.now).chain(&material.before);
    let found: Vec<&Total> = all()
        .flat_map(|counted| {
            let by = complaints(counted);
            counted.taken(&by)
        })
        .collect();
    let mut codes = codes_of(material.settings, CODES, &found);
    codes.retain(|code| {
        !code.is_empty()
            && !code.contains('.')
            && found.iter().any(|total| Is::Under(code.clone()).met_by(&total.a))
    });
    codes
}

/// The table of the periods, the oldest first, and what changed against the one before.
pub(super) fn section(material: &Material) -> Section {
    let periods: Vec<&Counted> = material.before.iter().rev().chain([&material.now]).collect();
    let rows = measures(material).into_iter().map(|measure| {
        let mut cells: Vec<Cell> = periods.iter().map(|counted| (measure.cell)(counted)).collect();
        let change = match cells.as_slice() {
            [.., was, is] => change(was.value, is.value),
            _ => Value::Nothing,
        };
        cells.push(Cell::plain(change));
        Row { label: measure.label, depth: 0, sums: false, cells }
    });
    let mut columns: Vec<Label> = periods.iter().map(|counted| Label::Period(counted.period)).collect();
    columns.push(Label::Word("change"));
    Section { id: "comparison", columns, rows: rows.collect(), chart: Chart::Across }
}

fn change(was: Value, is: Value) -> Value {
    let (Some(before), Some(now)) = (was.number(), is.number()) else { return Value::Nothing };
    let difference = (now - before).round() as i64;
    match is {
        Value::Percent(_) => Value::Points(difference),
        Value::Minutes(_) => Value::Longer(difference),
        _ => Value::Change(difference),
    }
}

/// What got worse, in sentences: targets that are missed, shares that fell, more complaints, longer
/// work; then what got better.
pub(super) fn summary(material: &Material) -> Vec<Sentence> {
    let now = &material.now;
    let mut said = Vec::new();
    for figure in &FIGURES {
        let ratio = figure.ratio(now);
        if let Some(target) = figure.target.filter(|target| ratio.meets(*target) == Some(false)) {
            said.push(Sentence {
                rule: "missed",
                worse: true,
                values: vec![
                    ("figure", Said::Label(Label::Word(figure.id))),
                    ("share", Said::Value(Value::Percent(ratio))),
                    ("target", Said::Value(Value::Target(target))),
                ],
            });
        }
    }
    let Some(before) = material.before.first() else {
        said.push(Sentence { rule: "alone", worse: false, values: Vec::new() });
        return said;
    };
    let mut better = Vec::new();
    for figure in FIGURES.iter().filter(|figure| figure.id != "satisfied-norm") {
        let (is, was) = (figure.ratio(now), figure.ratio(before));
        let (Some(share), Some(was_share)) = (is.percent(), was.percent()) else { continue };
        let points = i64::from(share) - i64::from(was_share);
        if is.of.min(was.of) < SHARE_LEAST || points.abs() < POINTS {
            continue;
        }
        let worse = points < 0;
        let sentence = Sentence {
            rule: if worse { "fell" } else { "rose" },
            worse,
            values: vec![
                ("figure", Said::Label(Label::Word(figure.id))),
                ("was", Said::Value(Value::Percent(was))),
                ("is", Said::Value(Value::Percent(is))),
            ],
        };
        if worse { said.push(sentence) } else { better.push(sentence) }
    }
    said.extend(more(material, "more-complaints", "rising-complaints", &complaints, None));
    for code in top_codes(material) {
        let by = |counted: &Counted| complaints(counted).a(Is::Under(code.clone()));
        let label = Label::Code(CODES, code.clone());
        said.extend(more(material, "more-of-code", "rising-code", &by, Some(label)));
    }
    said.extend(longer(material, before));
    if !said.iter().any(|sentence| sentence.worse) {
        said.push(Sentence { rule: "nothing-worse", worse: false, values: Vec::new() });
    }
    said.extend(better);
    said
}

/// Whether there is more of something than in the period before, or more and more of it.
fn more(
    material: &Material,
    rule: &'static str,
    rising: &'static str,
    by: &dyn Fn(&Counted) -> Match,
    about: Option<Label>,
) -> Option<Sentence> {
    // Of a period in which the book began only a part was counted.
    let counts: Vec<u32> = std::iter::once(&material.now)
        .chain(material.before.iter().filter(|counted| counted.whole))
        .map(|counted| counted.sum(&by(counted)))
        .collect();
    let (is, was) = (*counts.first()?, *counts.get(1)?);
    let much = is >= was + MORE && u64::from(is - was) * 100 >= u64::from(was) * u64::from(MORE_PERCENT);
    // Newest first: each greater than the one after it.
    let steps = counts.windows(2).take_while(|pair| pair[0] > pair[1]).count();
    let first = counts[steps];
    let steady = steps >= ROW && is >= first + MORE;
    if !much && !steady {
        return None;
    }
    let mut values: Vec<(&'static str, Said)> =
        about.into_iter().map(|label| ("code", Said::Label(label))).collect();
    values.push(("was", Said::Value(Value::Count(if steady { first } else { was }))));
    values.push(("is", Said::Value(Value::Count(is))));
    if steady {
        values.push(("times", Said::Value(Value::Count(steps as u32))));
    }
    Some(Sentence { rule: if steady { rising } else { rule }, worse: true, values })
}

/// Whether repairs take longer than in the period before.
fn longer(material: &Material, before: &Counted) -> Option<Sentence> {
    let median = |counted: &Counted| {
        let count: u32 = counted.took.iter().map(|(_, n)| n).sum();
        percentile(&counted.took, 50).filter(|_| count >= SHARE_LEAST)
    };
    let (is, was) = (median(&material.now)?, median(before)?);
    let much = is >= was + LONGER && u64::from(is - was) * 100 >= u64::from(was) * u64::from(LONGER_PERCENT);
    much.then(|| Sentence {
        rule: "longer",
        worse: true,
        values: vec![("was", Said::Value(Value::Minutes(was))), ("is", Said::Value(Value::Minutes(is)))],
    })
}
