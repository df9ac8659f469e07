//! How long the counter gives itself.

use std::collections::BTreeSet;

use serde_json::json;

use super::codes::object;
use super::section::{Around, Column, Doing, Edit, Row, Section, put};
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::kind::{Effect, Kind};
use crate::desk::promise::{Counting, PromiseRule};
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::desk::workflow::COMMON;
use crate::text::lang::{Lang, t, try_t};
use crate::text::plain::plain;
use crate::text::show::show_span;
use crate::text::typed;
use crate::ui::parts::options::Choice;

/// The rules by which promises are made.
pub struct Promises;

const COUNTINGS: [&str; 2] = ["clock", "service"];
const URGENCIES: [&str; 2] = ["urgent", "normal"];

const FIELDS: &[Field] = &[
    Field::required("stage", FieldType::Text),
    Field::new("category", FieldType::Text),
    Field::new("urgency", FieldType::Text),
    Field::required("span", FieldType::Text),
    Field::required("counting", FieldType::Choice(&COUNTINGS)),
];

fn id(rule: &PromiseRule) -> String {
    [Some(&rule.stage), rule.category.as_ref(), rule.urgency.as_ref()]
        .map(|part| part.map_or("", String::as_str))
        .join("\n")
}

const fn counting_id(counting: Counting) -> &'static str {
    match counting {
        Counting::Clock => "clock",
        Counting::Service => "service",
    }
}

/// A span that can be typed again: in words where nothing is lost by them, else in minutes.
fn span(minutes: u32, lang: Lang) -> String {
    let words = show_span(i64::from(minutes), lang);
    if typed::span(&words) == Ok(minutes) { words } else { minutes.to_string() }
}

/// A span as it is typed; a bare number is minutes.
fn minutes(text: &str) -> Result<u32, Why> {
    let text = plain(text.trim());
    match text.parse() {
        Ok(minutes) => Ok(minutes),
        Err(_) => typed::span(&text).map_err(|error| error.why().about("span")),
    }
}

/// What the kinds promise, and what the settings have rules for already.
fn stages(around: &Around) -> BTreeSet<String> {
    let own = |kind: &'static Kind| {
        let actions = kind.actions.iter().chain(COMMON).flat_map(|action| action.effects);
        let moves = kind.callback_moves.iter().flat_map(|moved| moved.effects);
        actions.chain(moves).chain(kind.on_open)
    };
    let mut stages: BTreeSet<String> =
        around.settings.promises.iter().map(|rule| rule.stage.clone()).collect();
    for effect in around.kinds.iter().flat_map(own) {
        match effect {
            Effect::Promise(stage)
            | Effect::PromiseBy(stage, _)
            | Effect::Callback(stage)
            | Effect::CallbackBy(stage, _) => {
                stages.insert((*stage).to_owned());
            }
            Effect::PromiseNext(first, next) => stages.extend([(*first).to_owned(), (*next).to_owned()]),
            _ => {}
        }
    }
    // What a person promises has no rule.
    stages.remove("promise.by-hand");
    stages
}

fn stage_name(stage: &str, lang: Lang) -> String {
    try_t(lang, &format!("stage.{stage}"), &[]).unwrap_or_else(|| stage.to_owned())
}

/// The codes that a case can have as its category, by the catalogues that the kinds name.
fn categories(around: &Around) -> Vec<Choice> {
    let mut catalogues: Vec<&str> = Vec::new();
    for field in around.kinds.iter().flat_map(Kind::all_fields) {
        if let FieldType::Catalogue(name) = field.ty
            && field.key == "category"
            && !catalogues.contains(&name)
        {
            catalogues.push(name);
        }
    }
    let offered = |name: &&str| around.settings.offered(name);
    let codes = catalogues.iter().flat_map(offered);
    codes
        .map(|(code, name)| Choice {
            id: code.to_owned(),
            word: around.lang.of(name).to_owned(),
            beside: code.to_owned(),
        })
        .collect()
}

impl Section for Promises {
    fn id(&self) -> String {
        "promises".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("stage", 0), ("category", 14), ("urgency", 8), ("span", 10), ("counting", 14)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let any = t(around.lang, "settings.any", &[]);
        let categories = categories(around);
        let category = |code: &String| {
            let known = categories.iter().find(|choice| choice.id == *code);
            known.map_or_else(|| code.clone(), |choice| choice.word.clone())
        };
        let rules = around.settings.promises.iter();
        rules
            .map(|rule| {
                let cells = vec![
                    stage_name(&rule.stage, around.lang),
                    rule.category.as_ref().map_or_else(|| any.clone(), category),
                    rule.urgency.as_ref().map_or_else(|| any.clone(), |id| around.option("urgency", id)),
                    span(rule.minutes, around.lang),
                    around.option("counting", counting_id(rule.counting)),
                ];
                Row::new(id(rule), cells)
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        matches!(doing, Doing::Add | Doing::Change | Doing::Delete)
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        FIELDS.to_vec()
    }

    fn values(&self, row: &str, around: &Around) -> Values {
        let rule = around.settings.promises.iter().find(|rule| id(rule) == row);
        rule.map(|rule| {
            object(json!({
                "stage": rule.stage,
                "category": rule.category,
                "urgency": rule.urgency,
                "span": span(rule.minutes, around.lang),
                "counting": counting_id(rule.counting),
            }))
        })
        .unwrap_or_default()
    }

    fn choices(&self, key: &str, around: &Around) -> Option<Vec<Choice>> {
        match key {
            "stage" => {
                let stages = stages(around).into_iter();
                Some(
                    stages
                        .map(|stage| Choice {
                            word: stage_name(&stage, around.lang),
                            beside: stage.clone(),
                            id: stage,
                        })
                        .collect(),
                )
            }
            "category" => Some(categories(around)),
            "urgency" => Some(around.options("urgency", URGENCIES)),
            _ => None,
        }
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let minutes = if edit.doing == Doing::Delete { 0 } else { minutes(&edit.text("span"))? };
        let counting = if edit.text("counting") == "service" { Counting::Service } else { Counting::Clock };
        let change = |_: Option<&PromiseRule>| PromiseRule {
            stage: edit.text("stage"),
            category: edit.given("category"),
            urgency: edit.given("urgency"),
            minutes,
            counting,
        };
        put(&mut settings.promises, edit, id, change, |other, new| other.stage == new.stage)
    }
}
