//! `qiantai show`: one case, whole.

use chrono::{DateTime, Utc};
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, act, args, ask, plain, shape};
use crate::counter::{cases, outcome, passes, progress};
use crate::desk::case::Case;
use crate::desk::outcome::Outcome;
use crate::desk::timeline::Entry;
use crate::desk::workflow::Offer;
use crate::text;
use crate::text::changed::changes;
use crate::text::lang::{Lang, try_t};
use crate::text::plain::{harmless, harmless_lines};
use crate::text::say::{by, say, stamp, word};
use crate::text::show::show_basis;
use crate::text::shown::Reader;
use crate::text::spelled::spelled;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "show").arg(args::positional(lang, "number").required(true))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let desk = cx.enter()?;
    let (case, _) = act::case(&desk, ask::text(matches, "number"))?;
    let entries = desk.store.timeline(&case.number)?;
    let seqs = desk.store.timeline_seqs(&case.number)?;
    let timeline: Vec<(i64, Entry)> = seqs.into_iter().zip(entries).collect();
    let offers = cases::offers(&desk.store, &desk.session, cx.now, &desk.settings, &case)?;
    let result = outcome::outcome(&desk.store, &desk.settings, &case)?;
    let progress = progress::progress(&desk.store, cx.now, &case)?;
    let counted = desk.store.kinds().get(&case.kind).is_some_and(|kind| kind.used.is_some());
    let uses = counted.then(|| desk.store.references_to(&case.number)).transpose()?;
    let code = passes::code_of(&desk.store, &desk.session, &case.number)?;
    cx.say(
        || {
            let mut document = document(cx, &desk, &case, &timeline, &offers);
            if let Some(code) = &code {
                document["detail"]["check_code"] = code.to_string().into();
            }
            if let Some(uses) = uses {
                document["uses"] = uses.into();
            }
            if let Some(progress) = &progress {
                document["progress"] = progress.document();
            }
            if let Some(result) = &result {
                document["result"] = result.document();
            }
            document
        },
        || {
            let page = page(cx, &desk, &case, result.as_ref(), &timeline, &offers);
            let often = uses.map(|uses| cx.t("ui.answer.used", &[("count", &uses.to_string())]));
            let code = code.as_ref().map(|code| {
                let name = cx.field_name(&case.kind, "check_code");
                format!("{name}: {code}  {}", spelled(code, cx.lang))
            });
            let far = progress.map(|progress| text::outcome::progress(&progress, cx.lang));
            [often, far, code, Some(page)].into_iter().flatten().collect::<Vec<_>>().join("\n")
        },
    )
}

fn document(cx: &Cx, desk: &Desk, case: &Case, timeline: &[(i64, Entry)], offers: &[Offer]) -> Value {
    let tz = cx.tz.get();
    let mut document = shape::whole(case, desk.store.kinds(), tz);
    let kind = desk.store.kinds().get(&case.kind);
    document["escalated"] = json!(case.escalated);
    document["revision"] = json!(case.revision);
    document["timeline"] = timeline.iter().map(|(seq, entry)| shape::entry(*seq, entry, kind, tz)).collect();
    document["actions"] = offers
        .iter()
        .map(|offer| {
            json!({
                "action": offer.action,
                "allowed": offer.why_not.is_none(),
                "why_not": offer.why_not.as_ref().map(|why| say(why, cx.lang, tz)),
                "guard": offer.why_not.as_ref().and_then(|why| why.guard.clone()),
            })
        })
        .collect();
    document["promises"] = shape::promises(case, tz);
    document["callbacks"] = case.callbacks.iter().map(|one| shape::callback(one, cx.now, tz)).collect();
    document["links"] = json!(case.links);
    document
}

/// The result of a survey.
fn result_page(cx: &Cx, desk: &Desk, result: &Outcome) -> String {
    let reader = Reader { lang: cx.lang, now: cx.now, settings: &desk.settings };
    let said: Vec<String> =
        text::outcome::sentences(result, &reader).into_iter().map(|(_, words)| words).collect();
    let rows = text::outcome::rows(result, &reader).into_iter().map(Vec::from).collect();
    let headings = text::outcome::headings(&reader);
    format!("{}\n\n{}", said.join("\n"), plain::table(&headings, rows, &[1, 2, 3]))
}

fn page(
    cx: &Cx,
    desk: &Desk,
    case: &Case,
    result: Option<&Outcome>,
    timeline: &[(i64, Entry)],
    offers: &[Offer],
) -> String {
    let mut parts = vec![cx.page(desk, case)];
    parts.extend(result.map(|result| result_page(cx, desk, result)));
    let reader = Reader { lang: cx.lang, now: cx.now, settings: &desk.settings };
    let kind = desk.store.kinds().get(&case.kind);
    let said = |entry: &Entry| {
        let note = entry.note().map(|note| harmless_lines(note).replace('\n', " "));
        let changes = kind.map(|kind| changes(&reader, kind, entry, false)).unwrap_or_default();
        note.into_iter().chain(changes).collect::<Vec<_>>().join("; ")
    };
    let rows = timeline.iter().map(|(_, entry)| {
        vec![
            stamp(entry.at, cx.tz.get()),
            by(entry, cx.lang),
            word(cx.lang, &case.kind, "done", &entry.action),
            word(cx.lang, &case.kind, "state", &entry.to),
            said(entry),
        ]
    });
    let headings = cx.headings(&["at", "by", "action", "state", "note"]);
    parts.push(plain::table(&headings, rows.collect(), &[]));
    if !case.promises.is_empty() {
        let rows = case.promises.iter().map(|promise| {
            let state = match (promise.kept_at, promise.withdrawn_at) {
                (Some(at), _) => cx.t("cli.promise.kept", &[("at", &stamp(at, cx.tz.get()))]),
                (None, Some(_)) => cx.t("cli.promise.withdrawn", &[]),
                (None, None) => running(cx, promise.due),
            };
            vec![
                stage(cx, &promise.stage),
                stamp(promise.due, cx.tz.get()),
                show_basis(&promise.basis, cx.lang),
                state,
            ]
        });
        let headings = cx.headings(&["promise", "due", "rule", "state"]);
        parts.push(plain::table(&headings, rows.collect(), &[]));
    }
    if !case.callbacks.is_empty() {
        let rows = case.callbacks.iter().map(|callback| {
            let ended = callback.outcome().map(|outcome| cx.t(&format!("cli.outcome.{}", outcome.id()), &[]));
            let state = match ended {
                Some(outcome) => outcome,
                None if callback.cancelled_at.is_some() => cx.t("cli.outcome.cancelled", &[]),
                // After a try that reached nobody it is due later than it was.
                None if callback.next_at() != callback.due => cx.due(Some(callback.next_at())),
                None => running(cx, callback.due),
            };
            vec![
                callback.id.to_string(),
                stage(cx, &callback.stage),
                stamp(callback.due, cx.tz.get()),
                show_basis(&callback.basis, cx.lang),
                callback.attempts.len().to_string(),
                state,
            ]
        });
        let headings = cx.headings(&["callback", "stage", "due", "rule", "attempts", "state"]);
        parts.push(plain::table(&headings, rows.collect(), &[0, 4]));
    }
    if !case.links.is_empty() {
        let rows = case.links.iter().map(|link| {
            let relation = try_t(cx.lang, &format!("relation.{}", link.relation), &[]);
            vec![link.number.clone(), relation.unwrap_or_else(|| link.relation.clone())]
        });
        parts.push(plain::table(&cx.headings(&["number", "relation"]), rows.collect(), &[]));
    }
    let rows = offers.iter().map(|offer| {
        let why_not = offer.why_not.as_ref().map(|why| say(why, cx.lang, cx.tz.get()));
        vec![
            offer.action.to_owned(),
            word(cx.lang, &case.kind, "action", offer.action),
            why_not.unwrap_or_default(),
        ]
    });
    parts.push(plain::table(&cx.headings(&["action", "name", "why_not"]), rows.collect(), &[]));
    parts.join("\n\n")
}

/// How a promise or callback stands that has not ended; when it is due stands beside it.
fn running(cx: &Cx, due: DateTime<Utc>) -> String {
    if due < cx.now { cx.due(Some(due)) } else { cx.t("cli.promise.open", &[]) }
}

/// The words of a stage of a promise or callback.
pub(super) fn stage(cx: &Cx, stage: &str) -> String {
    try_t(cx.lang, &format!("stage.{stage}"), &[]).unwrap_or_else(|| harmless(stage).into_owned())
}
