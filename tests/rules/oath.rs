//! What the counter owes residents, kind by kind, told from the timeline alone: none of the guards
//! that are to bring it about is asked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use qiantai::desk::callback::Outcome;
use qiantai::desk::case::Case;
use qiantai::desk::field::as_instant;
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::move_in::STEPS;
use qiantai::desk::timeline::{Entry, Event};
use qiantai::store::Store;
use serde_json::Value;

/// The unit of the walks that owes something.
pub const OWES: &str = "3-2-102";

/// The operator of the walks who is no supervisor.
const RECEPTIONIST: &str = "李娜";

/// Holds a case with its whole timeline to what its kind owes.
pub fn keeps(store: &Store, kind: &Kind, case: &Case, entries: &[Entry]) {
    // A kind that nobody named here is held to what holds of all.
    match kind.id {
        "call" | "visit" => matter(case, entries),
        "repair" => repair(case, entries),
        "complaint" => complaint(case, entries),
        "move-in" => move_in(store, case, entries),
        "release-pass" => release_pass(case, entries),
        _ => {}
    }
}

fn at(value: &Value) -> Option<DateTime<Utc>> {
    as_instant(value)
}

fn last<'a>(entries: &'a [Entry], actions: &[&str]) -> Option<(usize, &'a Entry)> {
    entries.iter().enumerate().rev().find(|(_, entry)| actions.contains(&entry.action.as_str()))
}

/// Outcomes of callbacks from the entry `from` on.
fn outcomes(entries: &[Entry], from: usize) -> Vec<Outcome> {
    let events = entries[from..].iter().flat_map(|entry| &entry.events);
    events
        .filter_map(|event| match event {
            Event::CallbackTried { attempt, .. } => Some(attempt.outcome),
            _ => None,
        })
        .collect()
}

/// A message is passed on to somebody; what was turned into another case points at it; who has left is not inside.
fn matter(case: &Case, entries: &[Entry]) {
    if last(entries, &["pass-on"]).is_some() {
        assert!(case.has("passed_to") && case.has("passed_at"), "{}", case.number);
    }
    let turned = entries.iter().filter(|entry| entry.action == "turn-into").count();
    let pointers = case.links.iter().filter(|link| link.relation == "turned-into").count();
    assert_eq!(turned, pointers, "{}", case.number);
    if case.kind == "visit" && case.state == "closed" {
        assert!(at(&case.get("time_out")) >= at(&case.get("time_in")), "{}", case.number);
    }
}

/// No chargeable work before the agreement, none dearer than agreed, no end before payment and callback.
fn repair(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let chargeable = case.get("chargeable") == true;
    let quoted = last(entries, &["quote"]).map(|(place, _)| place);
    let agreed = last(entries, &["agree"]).map(|(place, _)| place);
    let Some(now) = entries.last() else { return };
    if now.to == "working" || now.action == "finish" {
        assert!(!chargeable || agreed > quoted, "{number}: work without agreement");
    }
    if now.action == "finish" {
        let (amount, agreed) = (case.get("amount").as_i64(), case.get("agreed_total").as_i64());
        assert!(!chargeable || amount <= agreed, "{number}: {amount:?} is more than {agreed:?}");
        assert_eq!(case.get("site_cleared"), true, "{number}");
        assert!(case.callbacks.iter().any(|cb| cb.is_open() && cb.stage == "callback.repair"), "{number}");
    }
    if now.action == "close" && now.from.as_deref() != Some("declined") {
        let paid = case.get("paid").as_i64().unwrap_or(0);
        assert!(!chargeable || paid >= case.get("amount").as_i64().unwrap_or(0), "{number} is not paid");
        let (finished, _) = last(entries, &["finish"]).expect("closed work was finished");
        let rung = outcomes(entries, finished);
        let settled = |outcome: &Outcome| matches!(outcome, Outcome::Satisfied | Outcome::Unwanted);
        assert!(rung.iter().any(settled), "{number} was not called back: {rung:?}");
    }
    if now.action == "pay" {
        assert!(chargeable, "{number}: nobody pays for free work");
    }
    if now.to == "rework" {
        assert!(case.get("rework").as_i64() >= Some(1), "{number}");
    }
}

/// No close without a reply and a callback after it that found the resident satisfied; a superior's matter is a superior's to close.
fn complaint(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let Some(now) = entries.last().filter(|entry| entry.action == "close") else { return };
    let (replied, _) = last(entries, &["reply", "explain"]).expect("a closed complaint was replied to");
    let reached = outcomes(entries, replied);
    assert!(reached.contains(&Outcome::Satisfied), "{number}: {reached:?}");
    assert!(case.callbacks.iter().all(|cb| !cb.is_open() || cb.stage != "callback.complaint"), "{number}");
    let superior = entries.iter().any(|entry| {
        ["refer", "escalate"].contains(&entry.action.as_str())
            || entry.inputs.get("verdict").is_some_and(|verdict| verdict == "complex")
    });
    assert!(!superior || now.by != RECEPTIONIST, "{number}: closed below the superior");
}

/// Eleven steps; no keys before charges, covenant and inspection; each defect a free repair of its own.
fn move_in(store: &Store, case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        if STEPS.contains(&entry.action.as_str()) {
            assert!(places.insert(&entry.action, place).is_none(), "{number}: {} twice", entry.action);
        }
    }
    if let Some(keys) = places.get("hand-keys") {
        for before in ["pay-charges", "sign-covenant", "inspect"] {
            assert!(places.get(before).is_some_and(|place| place < keys), "{number}: keys before {before}");
        }
    }
    let steps = case.get("steps");
    for (step, place) in &places {
        let record = &steps[*step];
        assert!(
            record["by"] == entries[*place].by.as_str() && at(&record["at"]).is_some(),
            "{number}: {step}"
        );
    }
    if case.state == "moved-in" {
        assert_eq!(places.len(), STEPS.len(), "{number}");
        let unit = case.unit.as_deref().expect("a move-in has its unit");
        let household = store.household(unit).unwrap().expect("the household is in the directory");
        assert!(household.moved_in.is_some(), "{number}");
        for person in case.get("residents").as_array().into_iter().flatten() {
            let there = household.residents.iter().any(|known| known.name == person["name"]);
            let amended = entries.iter().any(|entry| entry.action == "amend");
            assert!(there || amended, "{number}: {person} is not in the directory");
        }
    }
    let defects = case.get("defects").as_array().map_or(0, Vec::len);
    let repairs: Vec<_> = case.links.iter().filter(|link| link.relation == "defect").collect();
    assert_eq!(defects, repairs.len(), "{number}: each defect is a repair of its own");
    for link in repairs {
        let repair = store.case(&link.number).unwrap().unwrap();
        assert_eq!((repair.kind.as_str(), &repair.unit), ("repair", &case.unit), "{number}");
    }
}

/// A pass passes once, in time, with consent, and past arrears only by a supervisor's word.
fn release_pass(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let outs: Vec<_> = entries.iter().filter(|entry| entry.action == "check-out").collect();
    assert!(outs.len() <= 1, "{number} was released twice");
    if let Some(out) = outs.first() {
        let until = at(&case.get("valid_until")).expect("a pass has its date");
        assert!(
            out.at <= until && at(&out.inputs["checked_out_at"]) <= Some(until),
            "{number}: after its date"
        );
        let (_, approved) = last(entries, &["approve"]).expect("released after approval");
        assert!(approved.revision < out.revision, "{number}");
    }
    if let Some((_, approved)) = last(entries, &["approve"]) {
        let owner = case.get("applicant_role") == "owner";
        assert!(owner || case.has("consent_how") && case.has("consent_at"), "{number} without consent");
        let owes = case.get("arrears").as_i64().is_some_and(|owed| owed > 0);
        assert_eq!(owes, case.unit.as_deref() == Some(OWES), "{number} shows the arrears");
        assert!(!owes || approved.by != RECEPTIONIST, "{number}: arrears without a supervisor's word");
    }
}
