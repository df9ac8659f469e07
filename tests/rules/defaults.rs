//! The settings that a new community starts from.

use std::collections::BTreeSet;

use qiantai::desk::field::FieldType;
use qiantai::desk::kind::{Effect, Kind};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::promise::choose;
use qiantai::desk::settings::{CHARGES, ETIQUETTE_TOPICS, PHRASE_SORTS, Settings};
use qiantai::desk::workflow::COMMON;

fn settings() -> Settings {
    toml::from_str(include_str!("../../assets/settings/default.toml")).unwrap()
}

fn effects(kind: &'static Kind) -> impl Iterator<Item = &'static Effect> {
    let actions = kind.actions.iter().chain(COMMON).flat_map(|action| action.effects);
    let moves = kind.callback_moves.iter().flat_map(|moved| moved.effects);
    actions.chain(moves).chain(kind.on_open).flat_map(Effect::each)
}

#[test]
fn every_stage_that_a_kind_promises_has_a_rule() {
    let settings = settings();
    for kind in STANDARD.iter() {
        for effect in effects(kind) {
            let stages: &[&str] = match effect {
                Effect::Promise(stage)
                | Effect::PromiseBy(stage, _)
                | Effect::Callback(stage)
                | Effect::CallbackBy(stage, _) => &[stage],
                Effect::PromiseNext(first, next) => &[first, next],
                _ => &[],
            };
            for stage in stages.iter().filter(|stage| **stage != "promise.by-hand") {
                assert!(choose(&settings.promises, stage, None, None).is_some(), "{}: {stage}", kind.id);
            }
        }
    }
    assert!(choose(&settings.promises, "callback.retry", None, None).is_some());
    let urgent = choose(&settings.promises, "callback.repair", None, Some("urgent")).unwrap();
    assert_eq!(urgent.minutes, 24 * 60, "urgent repairs are called back within 24 hours");
}

#[test]
fn every_catalogue_of_a_field_is_there_and_its_codes_are_unique() {
    let settings = settings();
    for kind in STANDARD.iter() {
        for field in kind.all_fields() {
            if let FieldType::Catalogue(id) = field.ty {
                assert!(!settings.offered(id).is_empty(), "{} {}: {id}", kind.id, field.key);
            }
        }
    }
    for catalogue in &settings.catalogues {
        let codes: BTreeSet<_> = catalogue.items.iter().map(|item| &item.code).collect();
        assert_eq!(codes.len(), catalogue.items.len(), "{}", catalogue.id);
    }
    assert!(settings.offered(CHARGES).len() >= 20);
    assert!(settings.charges.iter().all(|charge| charge.price > 0));
}

#[test]
fn every_complaint_code_has_two_levels() {
    let settings = settings();
    let codes: Vec<&str> = settings.offered("complaint-code").into_iter().map(|(code, _)| code).collect();
    let parents: Vec<&&str> = codes.iter().filter(|code| !code.contains('.')).collect();
    assert_eq!(parents.len(), 10);
    for parent in parents {
        let below = format!("{parent}.");
        assert!(codes.iter().any(|code| code.starts_with(&below)), "{parent}");
    }
    for code in codes.iter().filter(|code| code.contains('.')) {
        assert!(codes.contains(&code.split('.').next().unwrap()), "{code}");
    }
}

#[test]
fn staff_belong_to_departments_and_phrases_are_of_every_sort() {
    let settings = settings();
    for member in &settings.staff {
        assert!(settings.code_name("department", &member.department).is_some(), "{}", member.name);
    }
    for sort in PHRASE_SORTS {
        assert!(settings.phrases.iter().any(|phrase| phrase.sort == sort), "{sort}");
    }
    assert!(settings.phrases.iter().all(|phrase| PHRASE_SORTS.contains(&phrase.sort.as_str())));
    for topic in ETIQUETTE_TOPICS {
        assert!(settings.etiquette.iter().any(|rule| rule.topic == topic), "{topic}");
    }
    assert!(settings.etiquette.iter().all(|rule| ETIQUETTE_TOPICS.contains(&rule.topic.as_str())));
    assert_eq!(settings.calendar.week().iter().filter(|hours| hours.len() == 1).count(), 7);
}
