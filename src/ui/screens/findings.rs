//! The rows of findings: at the end of day, and on the list that opens the next shift.

use ratatui::text::{Line, Span};

use crate::desk::kind::Severity;
use crate::desk::number;
use crate::desk::review::{Finding, MarkKind};
use crate::text::lang::{t, try_t};
use crate::text::plain::harmless;
use crate::text::show::show_span;
use crate::text::width::{Align, fit, pad, width};
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// From this width on the whole number stands in a row, and the owner behind it.
const WIDE: usize = 100;
/// Columns of a whole number, and of a short one.
const NUMBER: usize = 15;
const SHORT: usize = 11;

/// How wide the texts of the rows are; the matter has what they leave.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measures {
    sort: usize,
    unit: usize,
    span: usize,
    owner: usize,
}

impl Measures {
    /// Measures findings.
    pub fn of(findings: &[Finding], look: &Look) -> Self {
        let widest = |text: &dyn Fn(&Finding) -> String, most: usize| {
            findings.iter().map(|finding| width(&harmless(&text(finding)))).max().unwrap_or(0).min(most)
        };
        Self {
            sort: widest(&|finding| sort(finding, look), 24),
            unit: widest(&|finding| finding.unit.clone().unwrap_or_default(), 11),
            span: widest(&|finding| span(finding, look), 9),
            owner: widest(&|finding| finding.owner.clone(), 12),
        }
    }
}

fn sort(finding: &Finding, look: &Look) -> String {
    t(look.lang, &format!("finding.{}", finding.kind), &[])
}

fn span(finding: &Finding, look: &Look) -> String {
    show_span((look.now - finding.since).num_minutes().max(0), look.lang)
}

/// A case's number without its year, which is this year's: `BX-1124-007`.
pub fn short(number: &str) -> String {
    match number::parse(number) {
        Some((prefix, day, serial)) => format!("{prefix}-{}-{serial:03}", day.format("%m%d")),
        None => number.to_owned(),
    }
}

/// What an entry of the book is about, in words where it is no case.
pub fn subject(subject: &str, look: &Look) -> String {
    let (sort, rest) = subject.split_once(':').unwrap_or((subject, ""));
    match try_t(look.lang, &format!("ui.subject.{sort}"), &[]) {
        Some(words) if rest.is_empty() => words,
        Some(words) => format!("{words} {rest}"),
        None => subject.to_owned(),
    }
}

/// One finding: what is wrong, with which case, since when, whose it is.
pub fn line(finding: &Finding, columns: usize, measures: Measures, look: &Look) -> Line<'static> {
    let (mark, role) = match (&finding.mark, finding.severity) {
        (Some(mark), _) if mark.what == MarkKind::Settled => ("v", Role::Done),
        (Some(_), _) => (">", Role::Dim),
        (None, Severity::Serious) => ("!!", Role::Overdue),
        (None, Severity::Warning) => ("!", Role::DueSoon),
        (None, Severity::Notice) => ("-", Role::Text),
    };
    let cell = |text: &str, cols: usize| pad(&fit(&harmless(text), cols), cols, Align::Left);
    let about = look.reader().found(finding);
    let about = match &finding.mark {
        Some(mark) => format!("{about} [{}]", mark.note),
        None => about,
    };
    // What is about no case has no number to show: its sort and matter say it all.
    let wide = columns >= WIDE;
    let (number, room) = match finding.number() {
        Some(number) if wide => (number.to_owned(), NUMBER),
        Some(number) => (short(number), SHORT),
        None => (String::new(), if wide { NUMBER } else { SHORT }),
    };
    let owner = if wide { measures.owner } else { 0 };
    let beside = 4 + measures.sort + 1 + room + 1 + measures.unit + 1 + 1 + measures.span + 1 + owner;
    let rest = columns.saturating_sub(beside);
    let text = look.theme.style(if finding.mark.is_some() { Role::Dim } else { Role::Text });
    Line::from(vec![
        Span::raw(" "),
        Span::styled(format!("{} ", cell(mark, 2)), look.theme.style(role)),
        Span::styled(format!("{} ", cell(&sort(finding, look), measures.sort)), look.theme.style(role)),
        Span::styled(format!("{} ", cell(&number, room)), text),
        Span::styled(format!("{} ", cell(finding.unit.as_deref().unwrap_or_default(), measures.unit)), text),
        Span::styled(format!("{} ", cell(&about, rest)), text),
        Span::styled(format!("{} ", cell(&span(finding, look), measures.span)), look.theme.style(role)),
        Span::styled(cell(&finding.owner, owner), text),
    ])
}
