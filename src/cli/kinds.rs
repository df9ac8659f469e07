//! `qiantai kinds`: what kinds of case there are, and what one asks for and allows.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Result, args, open, plain};
use crate::desk::field::{Field, FieldType, Shown};
use crate::desk::kind::{Action, From, Kind, Phase, To};
use crate::desk::kinds::STANDARD;
use crate::desk::settings::Settings;
use crate::store::Store;
use crate::text::lang::Lang;
use crate::text::say::{kind_name, try_word, word};
use crate::text::value;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "kinds").arg(args::positional(lang, "kind"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let Some(named) = matches.get_one::<String>("kind") else { return all(cx) };
    let kind =
        STANDARD.get(&value::kind(named, STANDARD)).ok_or_else(|| open::unknown_kind(named, STANDARD))?;
    // The tables of codes are the office's own; without a book there are none to show.
    let settings = if Store::exists(&cx.data) { cx.store()?.settings()? } else { None };
    cx.say(|| document(cx, kind, settings.as_deref()), || page(cx, kind, settings.as_deref()))
}

fn all(cx: &Cx) -> Result {
    cx.say(
        || {
            let kinds = STANDARD.iter().map(
                |kind| json!({ "id": kind.id, "name": kind_name(cx.lang, kind.id), "prefix": kind.prefix }),
            );
            json!({ "kinds": kinds.collect::<Vec<_>>() })
        },
        || {
            let rows = STANDARD
                .iter()
                .map(|kind| vec![kind.id.to_owned(), kind_name(cx.lang, kind.id), kind.prefix.to_owned()]);
            plain::table(&cx.headings(&["kind", "name", "prefix"]), rows.collect(), &[])
        },
    )
}

fn document(cx: &Cx, kind: &Kind, settings: Option<&Settings>) -> Value {
    let fields = |fields: &[Field]| -> Vec<Value> {
        fields.iter().map(|field| field_document(cx, kind, field, settings)).collect()
    };
    let states = kind.states.iter().map(|state| {
        json!({
            "id": state.id,
            "name": word(cx.lang, kind.id, "state", state.id),
            "phase": phase(state.phase),
        })
    });
    let actions = kind.all_actions().map(|action| {
        let guards = action.guards.iter().chain(action.checks).map(|guard| guard.id);
        json!({
            "action": action.id,
            "name": word(cx.lang, kind.id, "action", action.id),
            "from": from(kind, action),
            "to": to(action),
            "role": action.role,
            "by_clock": action.by_clock,
            "at_once": kind.at_once.contains(&action.id),
            "guards": guards.collect::<Vec<_>>(),
            "inputs": fields(action.inputs),
        })
    });
    json!({
        "id": kind.id,
        "name": kind_name(cx.lang, kind.id),
        "prefix": kind.prefix,
        "role": kind.opens,
        "opening": fields(kind.opening),
        "fields": fields(kind.fields),
        "states": states.collect::<Vec<_>>(),
        "actions": actions.collect::<Vec<_>>(),
    })
}

fn field_document(cx: &Cx, kind: &Kind, field: &Field, settings: Option<&Settings>) -> Value {
    let shown = match field.shown {
        Shown::Always => Value::Null,
        Shown::When(key, values) => json!({ "field": key, "values": values }),
    };
    let mut document = json!({
        "field": field.key,
        "name": cx.field_name(kind.id, field.key),
        "type": type_id(field.ty),
        "required": field.required,
        "shown_when": shown,
    });
    let options = options(cx, kind, field, settings);
    if !options.is_empty() {
        let options = options.into_iter().map(|(id, name)| json!({ "id": id, "name": name }));
        document["options"] = options.collect();
    }
    if let FieldType::Lines(columns) = field.ty {
        document["columns"] =
            columns.iter().map(|column| field_document(cx, kind, column, settings)).collect();
    }
    document
}

/// What can be chosen, with its words.
fn options(cx: &Cx, kind: &Kind, field: &Field, settings: Option<&Settings>) -> Vec<(String, String)> {
    match field.ty {
        FieldType::Choice(options) => options
            .iter()
            .map(|option| {
                let word = try_word(cx.lang, kind.id, "option", &format!("{}.{option}", field.key));
                ((*option).to_owned(), word.unwrap_or_else(|| (*option).to_owned()))
            })
            .collect(),
        FieldType::Checklist(steps) => {
            steps.iter().map(|step| ((*step).to_owned(), word(cx.lang, kind.id, "step", step))).collect()
        }
        FieldType::Catalogue(name) => settings
            .map(|settings| settings.offered(name))
            .unwrap_or_default()
            .into_iter()
            .map(|(code, name)| {
                (code.to_owned(), if cx.lang == Lang::En { name.en.clone() } else { name.zh.clone() })
            })
            .collect(),
        FieldType::Staff => settings
            .map_or(&[][..], |settings| &settings.staff)
            .iter()
            .filter(|member| !member.retired)
            .map(|member| (member.name.clone(), member.name.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

const fn type_id(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Text => "text",
        FieldType::LongText => "long-text",
        FieldType::Flag => "flag",
        FieldType::Count { .. } => "count",
        FieldType::Money => "money",
        FieldType::Reading => "reading",
        FieldType::Day => "day",
        FieldType::Instant => "instant",
        FieldType::Phone => "phone",
        FieldType::Unit => "unit",
        FieldType::Plate => "plate",
        FieldType::Choice(_) => "choice",
        FieldType::Catalogue(_) => "catalogue",
        FieldType::Staff => "staff",
        FieldType::Colleague => "colleague",
        FieldType::Operator => "operator",
        FieldType::Kind => "kind",
        FieldType::CaseNumber | FieldType::CaseOf(_) => "case-number",
        FieldType::Scores(_) => "scores",
        FieldType::MaskedId => "masked-id",
        FieldType::Lines(_) => "lines",
        FieldType::Checklist(_) => "checklist",
    }
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Todo => "todo",
        Phase::Doing => "doing",
        Phase::Waiting => "waiting",
        Phase::Done => "done",
        Phase::Void => "void",
    }
}

/// The states in which an action is offered.
fn from(kind: &Kind, action: &Action) -> Vec<&'static str> {
    let states = kind.states.iter();
    match action.from {
        From::States(states) => states.to_vec(),
        From::AnyOpen => states.filter(|state| !state.ends()).map(|state| state.id).collect(),
        From::Any => states.map(|state| state.id).collect(),
    }
}

/// The states that an action can lead to; none where the state stays.
fn to(action: &Action) -> Vec<&'static str> {
    match action.to {
        To::Stay => Vec::new(),
        To::State(state) => vec![state],
        To::OneOf(states, _) => states.to_vec(),
    }
}

fn page(cx: &Cx, kind: &Kind, settings: Option<&Settings>) -> String {
    let mut parts = vec![format!("{}  {}  {}", kind.id, kind_name(cx.lang, kind.id), kind.prefix)];
    let rows = |fields: &[Field]| -> Vec<Vec<String>> {
        fields.iter().map(|field| field_row(cx, kind, field, settings)).collect()
    };
    let headings = cx.headings(&["field", "name", "type", "required", "options"]);
    let who = cx.t(&format!("people.role.{}", kind.opens.id()), &[]);
    parts.push(cx.t("cli.kinds.opening", &[("role", &who)]));
    parts.push(plain::table(&headings, rows(kind.opening), &[]));
    if !kind.fields.is_empty() {
        parts.push(cx.t("cli.kinds.fields", &[]));
        parts.push(plain::table(&headings, rows(kind.fields), &[]));
    }
    let states = kind.states.iter().map(|state| {
        let phase = cx.t(&format!("cli.phase.{}", phase(state.phase)), &[]);
        vec![state.id.to_owned(), word(cx.lang, kind.id, "state", state.id), phase]
    });
    parts.push(plain::table(&cx.headings(&["state", "name", "phase"]), states.collect(), &[]));
    let actions = kind.all_actions().map(|action| {
        let guards = action.guards.iter().chain(action.checks).map(|guard| guard.id);
        let inputs = action
            .inputs
            .iter()
            .map(|input| if input.required { format!("{}*", input.key) } else { input.key.to_owned() });
        vec![
            action.id.to_owned(),
            word(cx.lang, kind.id, "action", action.id),
            match action.from {
                From::States(states) => states.join(" "),
                From::AnyOpen => cx.t("cli.kinds.any_open", &[]),
                From::Any => cx.t("cli.kinds.any", &[]),
            },
            to(action).join(" "),
            guards.collect::<Vec<_>>().join(" "),
            inputs.collect::<Vec<_>>().join(" "),
        ]
    });
    let headings = cx.headings(&["action", "name", "from", "to", "guards", "inputs"]);
    parts.push(plain::table(&headings, actions.collect(), &[]));
    parts.push(cx.t("cli.kinds.required", &[]));
    parts.join("\n\n")
}

fn field_row(cx: &Cx, kind: &Kind, field: &Field, settings: Option<&Settings>) -> Vec<String> {
    let options = options(cx, kind, field, settings);
    let options =
        options.iter().map(|(id, name)| if id == name { id.clone() } else { format!("{id} {name}") });
    let mut choice = options.collect::<Vec<_>>().join(", ");
    if let FieldType::Lines(columns) = field.ty {
        choice = columns.iter().map(|column| column.key).collect::<Vec<_>>().join(", ");
    }
    vec![
        field.key.to_owned(),
        cx.field_name(kind.id, field.key),
        cx.t(&format!("cli.type.{}", type_id(field.ty)), &[]),
        if field.required { cx.t("cli.yes", &[]) } else { String::new() },
        choice,
    ]
}
