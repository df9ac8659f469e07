//! Answer to a survey 调查答卷 (DA): one paper form of one household (source §一(三)6).
//!
//! A household answers once: the answer holds the household's place in the campaign.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::survey::ITEMS;
use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType};
use crate::desk::kind::{Action, Effect, From, Kind, Phase, State, To, shape};
use crate::desk::settings::Settings;
use crate::desk::workflow::{TURN_INTO, DECLARE_VOID};

/// The fields of an answer beside the header's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SurveyAnswer {
    /// The campaign's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Score by item; what was left empty on the form is left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<String, u8>,
    /// How satisfied they are over all, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall: Option<u8>,
    /// What they wrote below: it goes along into the case that it is turned into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// The household's only place in the campaign.
fn claims(case: &Case, _: &Settings) -> Vec<Claim> {
    let (Some(unit), Some(campaign)) = (&case.unit, case.text("campaign")) else { return Vec::new() };
    if !["counted", "turned"].contains(&case.state.as_str()) {
        return Vec::new();
    }
    vec![Claim::sole(format!("survey:{campaign}:{unit}"), case.opened_at, "unit")]
}

/// The declaration.
pub static KIND: Kind = Kind {
    id: "survey-answer",
    prefix: "DA",
    opening: &[
        Field::required("campaign", FieldType::CaseOf("survey")).fixed(),
        Field::required("unit", FieldType::Unit).fixed(),
        Field::new("scores", FieldType::Scores(ITEMS)),
        Field::required("overall", FieldType::Count { min: 1, max: 5 }),
        Field::new("content", FieldType::LongText),
        Field::new("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
    ],
    states: &[State::new("counted", Phase::Done), State::new("turned", Phase::Done)],
    actions: &[
        Action {
            from: From::States(&["counted"]),
            to: To::State("turned"),
            effects: &[Effect::TurnInto],
            ..TURN_INTO
        },
        Action { from: From::States(&["counted", "turned"]), ..DECLARE_VOID },
    ],
    at_once: &["turn-into"],
    summary: &["contact", "content"],
    columns: &["campaign", "overall"],
    claims: Some(claims),
    repeats: &["campaign"],
    shape: shape::<SurveyAnswer>,
    ..Kind::BASE
};
