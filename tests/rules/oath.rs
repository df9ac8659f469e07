//! What the counter owes residents, kind by kind, told from the timeline alone: none of the guards
//! that are to bring it about is asked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use qiantai::desk::callback::Outcome;
use qiantai::desk::case::Case;
use qiantai::desk::field::as_instant;
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::move_in::STEPS;
use qiantai::desk::promise::{Basis, Promise};
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
        "letter" => letter(case, entries),
        "account" => account(case, entries),
        "agency" => agency(case, entries),
        "held" => held(case),
        "training" => training(case, entries),
        "equipment" => equipment(case, entries),
        "renovation" => renovation(store, case, entries),
        "permit" => permit(case),
        "move-out" => move_out(store, case, entries),
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

/// What came from above ends with its report after the last answer, a leader's letter with a satisfied resident too.
fn letter(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let origin = case.text("origin").unwrap_or_default();
    assert_eq!(origin == "leader", case.urgency.as_deref() == Some("urgent"), "{number}");
    let Some(now) = entries.last() else { return };
    assert!(origin == "resident" || now.to != "turned", "{number}: a report is still owed");
    if now.action != "close" {
        return;
    }
    let (replied, _) = last(entries, &["reply", "explain"]).expect("a closed letter was answered");
    if origin != "resident" {
        let (reported, _) = last(entries, &["report"]).expect("what came from above is reported");
        assert!(reported > replied, "{number}: the report is older than the answer");
    }
    let rung = outcomes(entries, replied);
    assert!(origin != "leader" || rung.contains(&Outcome::Satisfied), "{number}: {rung:?}");
    assert!(case.open_callback().is_none(), "{number} was not called back");
}

/// Nothing is submitted without papers; the resident is told an outcome; no card stands in full.
fn account(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let Some(now) = entries.last() else { return };
    if now.action == "submit" {
        assert!(case.has("papers"), "{number}: submitted without papers");
    }
    if now.action == "opened" && case.text("account").as_deref() != Some("bank-mandate") {
        assert!(case.has("account_number"), "{number}");
    }
    if now.to == "told" && now.action == "tell" {
        assert!(last(entries, &["opened", "fail"]).is_some(), "{number}: told of nothing");
    }
    assert!(case.text("card").is_none_or(|card| card.contains('*')), "{number} shows a card");
}

/// Not more is paid than was agreed with this provider, and nothing closes without a callback.
fn agency(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let Some(now) = entries.last() else { return };
    let found = last(entries, &["find"]).map(|(place, _)| place);
    let agreed = last(entries, &["agree"]).map(|(place, _)| place);
    if now.action == "done" {
        assert!(agreed > found, "{number}: done without agreement");
        assert!(case.get("paid").as_i64() <= case.get("price").as_i64(), "{number} is dearer than agreed");
    }
    if now.action == "close" {
        let (done, _) = last(entries, &["done"]).expect("a closed service was done");
        let rung = outcomes(entries, done);
        let settled = |outcome: &Outcome| matches!(outcome, Outcome::Satisfied | Outcome::Unwanted);
        assert!(rung.iter().any(settled), "{number} was not called back: {rung:?}");
    }
}

/// A large thing was agreed to before it came; a shown card is noted, and masked; a reminder gives no more time.
fn held(case: &Case) {
    let number = &case.number;
    if case.text("sort").as_deref() == Some("large") {
        let before = at(&case.get("agreed_at")).is_some_and(|at| at <= case.opened_at);
        assert!(before && case.has("agreed_by"), "{number} came without agreement");
    }
    if case.state == "collected" {
        let card = case.text("checked_how").as_deref() == Some("id-card");
        let noted = case.text("id_number").is_some_and(|number| number.contains('*'));
        assert!(!card || noted, "{number}: the card is not noted");
        assert!(case.has("collected_by"), "{number}");
    }
    let by_rule =
        |promise: &&Promise| promise.stage == "held.collect" && matches!(promise.basis, Basis::Rule(_));
    let terms = case.promises.iter().filter(by_rule).count();
    assert!(terms <= 1, "{number}: told again, it was given more time");
}

/// Results are of those who came, one each; the rates are what the lists come to.
fn training(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let names = |key: &str| -> Vec<String> {
        let rows = case.get(key);
        let rows = rows.as_array().into_iter().flatten();
        rows.filter_map(|row| row["name"].as_str().map(str::to_owned)).collect()
    };
    let (present, marked) = (names("attended"), names("results"));
    if !marked.is_empty() {
        assert!(last(entries, &["hold"]).is_some(), "{number} was assessed before it was held");
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(sorted(present.clone()), sorted(marked), "{number}");
        let results = case.get("results");
        let passed = results.as_array().into_iter().flatten().filter(|row| row["passed"] == true).count();
        assert_eq!(case.get("passed_rate").as_u64(), Some((passed * 100 / present.len()) as u64), "{number}");
    }
    let assessed = last(entries, &["assess"]);
    assert!(assessed.is_none_or(|(_, entry)| entry.by != RECEPTIONIST), "{number}");
}

/// The total is count times price, whatever was corrected; scrapping and correcting are a supervisor's.
fn equipment(case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let amount = |key: &str| case.get(key).as_i64().unwrap_or(0);
    assert_eq!(amount("total"), amount("count") * amount("price"), "{number}");
    let backs = entries.iter().filter(|entry| entry.action == "back").count();
    assert_eq!(amount("repairs"), backs as i64, "{number}");
    for action in ["correct", "scrap"] {
        assert!(last(entries, &[action]).is_none_or(|(_, entry)| entry.by != RECEPTIONIST), "{number}");
    }
}

/// Works follow both sides' word, given to two people, the agreement and the permit; what is wrong is put
/// right before the works are accepted; and the deposit goes back after that, less a fine with its reason.
fn renovation(store: &Store, case: &Case, entries: &[Entry]) {
    let number = &case.number;
    let place = |action: &str| last(entries, &[action]).map(|(place, _)| place);
    if let Some((start, _)) = last(entries, &["start"]) {
        for before in ["owner-sign", "approve", "sign-agreement", "issue-permit"] {
            assert!(place(before).is_some_and(|place| place < start), "{number}: works before {before}");
        }
        let by = |action: &str| last(entries, &[action]).map(|(_, entry)| entry.by.clone());
        assert_ne!(by("owner-sign"), by("approve"), "{number}: one person for both sides");
        assert!(case.has("deposit_receipt"), "{number}: works without a deposit");
    }
    for action in ["approve", "stop", "lift", "extend"] {
        assert!(
            last(entries, &[action]).is_none_or(|(_, entry)| entry.by != RECEPTIONIST),
            "{number}: {action}"
        );
    }
    if let Some((passed, _)) = last(entries, &["pass"]) {
        let open = |opens: &[&str], closes: &[&str]| {
            let opened = last(&entries[..passed], opens).map(|(place, _)| place);
            let closed = last(&entries[..passed], closes).map(|(place, _)| place);
            opened > closed
        };
        assert!(
            !open(&["notify", "not-put-right", "fail"], &["put-right", "stop"]),
            "{number}: an open notice"
        );
        assert!(!open(&["stop"], &["lift"]), "{number}: accepted while stopped");
    }
    if case.state == "closed" {
        assert!(place("pass") < place("return-deposit") && place("pass").is_some(), "{number}");
        let amount = |key: &str| case.get(key).as_i64().unwrap_or(0);
        assert_eq!(amount("deposit_back") + amount("fine"), amount("deposit"), "{number}");
        assert!(amount("fine") == 0 || case.has("fine_reason"), "{number}");
        for link in &case.links {
            let other = store.case(&link.number).unwrap().expect("a pointer leads somewhere");
            assert!(other.kind != "permit" || other.state != "issued", "{number}: {} is valid", other.number);
        }
    }
}

/// A card that is back or lost holds no deposit any more, and no more went back than was taken.
fn permit(case: &Case) {
    let number = &case.number;
    let amount = |key: &str| case.get(key).as_i64().unwrap_or(0);
    assert!(amount("deposit_back") <= amount("deposit"), "{number}");
    let settled = ["returned", "lost"].contains(&case.state.as_str());
    assert_eq!(amount("deposit_held"), if settled { 0 } else { amount("deposit") }, "{number}");
    assert!(case.state != "issued" || at(&case.get("expires_at")).is_some(), "{number} never expires");
    if case.get("sort") == "worker" {
        let renovation = case.text("renovation").expect("a worker comes for a renovation");
        assert!(case.links.iter().any(|link| link.number == renovation), "{number}");
    }
}

/// Nobody has moved out with a step left, or with something owed but for a supervisor's word.
fn move_out(store: &Store, case: &Case, entries: &[Entry]) {
    let number = &case.number;
    if case.state != "moved-out" {
        return;
    }
    for step in qiantai::desk::kinds::move_out::STEPS {
        let times = entries.iter().filter(|entry| entry.action == *step).count();
        assert_eq!(times, 1, "{number}: {step}");
    }
    let unit = case.unit.as_deref().expect("a move-out has its unit");
    if unit == OWES {
        assert!(last(entries, &["leave"]).is_some_and(|(_, entry)| entry.by != RECEPTIONIST), "{number}");
    }
    assert!(store.household(unit).unwrap().is_some(), "{number}: the flat is still there");
}
