//! Everything that a kind declares has words in both languages.

use std::collections::BTreeSet;
use std::fs;

use qiantai::desk::field::{Field, FieldType};
use qiantai::desk::kind::{Effect, Kind};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::review;
use qiantai::desk::workflow::{COMMON, LINKED, OPEN, PRINTED, VOID};
use qiantai::text::lang::{Lang, has, t};
use qiantai::text::say::try_word;
use qiantai::text::width::width;

/// Keys of words that are missing; a field's own words, its options and those of its columns.
fn field(kind: &Kind, field: &Field, missing: &mut BTreeSet<String>) {
    need(kind, "field", field.key, missing);
    match field.ty {
        FieldType::Choice(options) => {
            for option in options {
                need(kind, "option", &format!("{}.{option}", field.key), missing);
            }
        }
        FieldType::Checklist(steps) => {
            for step in steps {
                need(kind, "step", step, missing);
            }
        }
        FieldType::Lines(columns) => {
            for column in columns {
                self::field(kind, column, missing);
            }
        }
        _ => {}
    }
}

fn need(kind: &Kind, sort: &str, id: &str, missing: &mut BTreeSet<String>) {
    for lang in Lang::ALL {
        if try_word(lang, kind.id, sort, id).is_none() {
            missing.insert(format!("{lang}: {}.{sort}.{id}", kind.id));
        }
    }
}

fn need_key(key: &str, missing: &mut BTreeSet<String>) {
    for lang in Lang::ALL {
        if !has(lang, key) {
            missing.insert(format!("{lang}: {key}"));
        }
    }
}

#[test]
fn every_word_of_every_kind_is_there() {
    let mut missing = BTreeSet::new();
    for kind in STANDARD.iter() {
        need_key(&format!("{}.name", kind.id), &mut missing);
        need_key(&format!("{}.tab", kind.id), &mut missing);
        for known in kind.all_fields() {
            field(kind, known, &mut missing);
        }
        for state in kind.states {
            need(kind, "state", state.id, &mut missing);
        }
        need(kind, "state", VOID, &mut missing);
        for id in [OPEN, LINKED, PRINTED] {
            need(kind, "action", id, &mut missing);
            need(kind, "done", id, &mut missing);
        }
        for action in kind.all_actions() {
            need(kind, "action", action.id, &mut missing);
            need(kind, "done", action.id, &mut missing);
            for input in action.inputs {
                field(kind, input, &mut missing);
            }
            for guard in action.guards.iter().chain(action.checks) {
                need(kind, "guard", guard.id, &mut missing);
            }
        }
        for guard in kind.open_checks {
            need(kind, "guard", guard.id, &mut missing);
        }
        for finding in kind.findings {
            need_key(&format!("finding.{}", finding.id), &mut missing);
        }
        let effects = kind.actions.iter().chain(COMMON).flat_map(|action| action.effects);
        let moves = kind.callback_moves.iter().flat_map(|moved| moved.effects);
        for effect in effects.chain(moves).chain(kind.on_open).flat_map(Effect::each) {
            if let Effect::Promise(stage)
            | Effect::PromiseBy(stage, _)
            | Effect::PromiseAt(stage, _)
            | Effect::Callback(stage)
            | Effect::CallbackBy(stage, _)
            | Effect::PromiseNext(_, stage) = effect
            {
                need_key(&format!("stage.{stage}"), &mut missing);
            }
        }
    }
    for finding in [
        review::CALLBACK_OVERDUE,
        review::PROMISE_BROKEN,
        review::UNDECIDED,
        review::PARKED_DRAFT,
        review::MISSED_DAY,
        review::UNATTENDED,
        review::PAPERS_PAST,
        review::BACKUP_FAILED,
        review::BACKUP_STALE,
        review::RETENTION_DUE,
    ] {
        need_key(&format!("finding.{finding}"), &mut missing);
    }
    assert!(missing.is_empty(), "{}", missing.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Every refusal written in the rules has its sentence.
#[test]
fn every_refusal_has_a_sentence() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/desk");
    let mut asked = 0;
    let mut missing = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            for literal in source.split('"').skip(1).step_by(2).filter(|text| text.contains(".why.")) {
                if !literal.contains(['{', '…', ' ']) {
                    asked += 1;
                    need_key(literal, &mut missing);
                }
            }
        }
    }
    assert!(asked > 30, "the scan finds nothing");
    assert!(missing.is_empty(), "{}", missing.into_iter().collect::<Vec<_>>().join("\n"));
}

/// The column of the evening in which they stand is no wider.
const FINDING: usize = 24;

#[test]
fn every_finding_is_named_in_a_few_words() {
    let of_kinds =
        STANDARD.iter().flat_map(|kind| kind.findings.iter().map(|rule| rule.id).chain([kind.late.0]));
    for id in of_kinds.collect::<BTreeSet<_>>() {
        for lang in Lang::ALL {
            let words = t(lang, &format!("finding.{id}"), &[]);
            assert!(width(&words) <= FINDING, "{id}: {words}");
            assert!(!words.starts_with(char::is_lowercase), "{id}: {words}");
        }
    }
}
