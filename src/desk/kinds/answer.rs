//! Enquiry desk 问询 (ZS): what the counter answers to what it is often asked (source §二(一)2).
//!
//! Calls and visits name the answer that was read out; so its use is counted. Once in a while
//! somebody looks whether it is still right.

use serde::{Deserialize, Serialize};

use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::kind::{Action, Effect, From, Kind, Phase, Severity, State, To, Used, shape};

/// The catalogue of what is asked about.
pub const CATEGORIES: &str = "answer-category";
const REVIEW: &str = "answer.review";

/// The fields of an answer beside the header's; `category` is what it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answer {
    /// The question as people ask it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Other words by which it is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
    /// What is answered, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// The declaration.
pub static KIND: Kind = Kind {
    id: "answer",
    prefix: "ZS",
    opening: &[
        Field::required("question", FieldType::Text).kept(),
        Field::required("category", FieldType::Catalogue(CATEGORIES)),
        Field::new("keywords", FieldType::Text).kept(),
        Field::required("body", FieldType::LongText).kept(),
    ],
    states: &[State::new("current", Phase::Doing), State::new("retired", Phase::Done)],
    actions: &[
        Action::new("review", From::States(&["current"]), To::Stay)
            .inputs(&[
                Field::required("body", FieldType::LongText).kept().preset(Preset::Same),
                Field::new("keywords", FieldType::Text).kept().preset(Preset::Same),
                Field::new("note", FieldType::LongText),
            ])
            .effects(&[Effect::PromiseKept, Effect::Promise(REVIEW)]),
        Action::new("retire", From::States(&["current"]), To::State("retired"))
            .supervisor()
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .effects(&[Effect::PromiseWithdrawn]),
        Action::new("restore", From::States(&["retired"]), To::State("current"))
            .supervisor()
            .inputs(&[
                Field::required("body", FieldType::LongText).kept().preset(Preset::Same),
                Field::new("note", FieldType::LongText),
            ])
            .effects(&[Effect::Promise(REVIEW)]),
    ],
    on_open: &[Effect::Promise(REVIEW)],
    summary: &["question"],
    columns: &["category", "keywords"],
    late: ("answer-aged", Severity::Notice),
    used: Some(Used { found_by: "keywords", read_from: "body" }),
    shape: shape::<Answer>,
    ..Kind::BASE
};
