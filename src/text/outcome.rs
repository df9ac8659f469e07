//! The result of a survey as people read it, on the screen and on paper alike.

use super::lang::{Lang, t};
use super::shown::Reader;
use crate::desk::outcome::{Outcome, TARGETS, Tally, share};
use crate::desk::parts::Progress;

/// What one line says about a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    Plain,
    /// It is reached.
    Reached,
    /// It is missed.
    Missed,
}

/// A share of a hundred with one decimal; "none" where there was nothing to count.
fn percent(tenths: Option<u32>, reader: &Reader) -> String {
    tenths
        .map_or_else(|| t(reader.lang, "ui.none", &[]), |tenths| format!("{}.{}%", tenths / 10, tenths % 10))
}

fn average(tally: &Tally, reader: &Reader) -> String {
    tally.average().map_or_else(
        || t(reader.lang, "ui.none", &[]),
        |hundredths| format!("{}.{:02}", hundredths / 100, hundredths % 100),
    )
}

/// The sentences: how many answered, how satisfied they are, and each target with a mark and a word.
#[must_use]
pub fn sentences(outcome: &Outcome, reader: &Reader) -> Vec<(Mark, String)> {
    let say = |key: &str, values: &[(&str, &str)]| t(reader.lang, &format!("survey.result.{key}"), values);
    let answers = outcome.answers();
    let mut lines = vec![(Mark::Plain, say("answers", &[("count", &answers.to_string())]))];
    let rates = [("rate_households", Some(outcome.households)), ("rate_forms", outcome.handed_out)];
    for (key, all) in rates {
        let Some(all) = all else { continue };
        let rate = percent(share(answers, all), reader);
        lines.push((Mark::Plain, say(key, &[("share", &rate), ("count", &all.to_string())])));
    }
    let overall = &outcome.overall;
    if overall.count == 0 {
        lines.push((Mark::Plain, say("none", &[])));
        return lines;
    }
    let values = [
        ("share", percent(overall.share(), reader)),
        ("satisfied", overall.satisfied.to_string()),
        ("count", overall.count.to_string()),
        ("average", average(overall, reader)),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    lines.push((Mark::Plain, say("overall", &values)));
    for target in TARGETS {
        let reached = overall.reaches(target.percent) == Some(true);
        let (mark, sign, key) =
            if reached { (Mark::Reached, "\u{2713}", "reached") } else { (Mark::Missed, "!", "missed") };
        let whose = say(target.id, &[]);
        let words = say(key, &[("target", &target.percent.to_string()), ("whose", &whose)]);
        lines.push((mark, format!("{sign} {words}")));
    }
    lines
}

/// How far a case is that is made of others, in one sentence.
#[must_use]
pub fn progress(progress: &Progress, lang: Lang) -> String {
    let rate = progress.rate().percent();
    let values = [
        ("all", progress.all.to_string()),
        ("done", progress.done.to_string()),
        ("open", progress.open().to_string()),
        ("overdue", progress.overdue.to_string()),
        ("dropped", progress.dropped.to_string()),
        ("rate", rate.map_or_else(|| t(lang, "ui.none", &[]), |rate| format!("{rate}%"))),
    ];
    t(lang, "case.progress", &values.each_ref().map(|(key, value)| (*key, value.as_str())))
}

/// The headings of the table of items.
#[must_use]
pub fn headings(reader: &Reader) -> [String; 4] {
    ["item", "count", "average", "share"].map(|key| t(reader.lang, &format!("survey.result.{key}"), &[]))
}

/// One row for each item: its name, answers, average and the share of the satisfied.
#[must_use]
pub fn rows(outcome: &Outcome, reader: &Reader) -> Vec<[String; 4]> {
    let row = |(code, tally): &(String, Tally)| {
        [
            reader.code(outcome.catalogue, code),
            tally.count.to_string(),
            average(tally, reader),
            percent(tally.share(), reader),
        ]
    };
    outcome.items.iter().map(row).collect()
}
