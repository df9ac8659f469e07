//! The file of a household: everything in the order of time, by key, as far as the reader may see it.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::directory::save_household;
use qiantai::counter::household_file::{Leaf, cover, leaves};
use qiantai::counter::privacy;
use qiantai::counter::{CounterError, Session, operators, review};
use qiantai::desk::household::{Household, Occupancy, Papers, Relation, Resident};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::past::Past;
use qiantai::store::{Store, settings as stored};
use qiantai::text::lang::Lang;
use serde_json::json;

const HOME: &str = "3-2-1501";

fn at(minutes: i64) -> DateTime<Utc> {
    toy::morning() + TimeDelta::minutes(minutes)
}

fn office() -> (tempfile::TempDir, Store, Session, Session) {
    let directory = tempfile::tempdir().unwrap();
    let settings = stored::defaults("蔚蓝新都").unwrap();
    let (mut store, boss) = toy::set_up_with(directory.path(), STANDARD, &settings);
    let desk = operators::login(&mut store, "李娜", toy::PIN, toy::morning()).unwrap();
    (directory, store, boss, desk)
}

fn home() -> Household {
    let resident = |name: &str, phone: &str| Resident {
        name: name.into(),
        relation: Relation::Owner,
        phones: vec![phone.into()],
    };
    Household {
        unit: HOME.into(),
        residents: vec![resident("张建国", "13800005678")],
        ..Household::default()
    }
}

fn open(store: &mut Store, session: &Session, minutes: i64, unit: &str, kind: &str) -> String {
    let values = match kind {
        "repair" => json!({ "unit": unit, "content": "厨房漏水", "category": "water" }),
        _ => json!({ "unit": unit, "content": "问停水" }),
    };
    let new = NewCase { kind: kind.into(), values: toy::values(values), ..NewCase::default() };
    cases::open(store, session, at(minutes), &new).unwrap().case.number
}

/// All of it, so many at a time.
fn all(store: &Store, session: &Session, newest: bool, page: usize) -> Vec<Leaf> {
    let mut found: Vec<Leaf> = Vec::new();
    loop {
        let last = found.last().map(|leaf| leaf.seq);
        let part = if newest { Past::Before(last) } else { Past::After(last) };
        let read = leaves(store, session, HOME, part, page).unwrap();
        if read.is_empty() {
            return found;
        }
        found.extend(read);
    }
}

#[test]
fn cases_of_all_kinds_and_changes_of_the_directory_stand_in_one_row() {
    let (_directory, mut store, boss, desk) = office();
    let kept = save_household(&mut store, &boss, at(0), None, &home()).unwrap();
    let repair = open(&mut store, &desk, 1, HOME, "repair");
    open(&mut store, &desk, 2, "3-2-1502", "repair");
    let papers = Papers { cabinet: "2号柜".into(), folder: "15盒".into(), keep_until: None };
    let moved = Household { occupancy: Occupancy::MovedIn, papers, ..kept.clone() };
    save_household(&mut store, &desk, at(3), Some(&kept), &moved).unwrap();
    let call = open(&mut store, &desk, 4, HOME, "call");
    let note = toy::values(json!({ "note": "业主下午在家" }));
    cases::act(&mut store, &desk, at(5), &repair, "note", &note, None).unwrap();
    // Linked with each other: that is told by neither of them.
    let link = toy::values(json!({ "number": call }));
    cases::act(&mut store, &desk, at(6), &repair, "link", &link, None).unwrap();

    let file = all(&store, &boss, false, 100);
    let told: Vec<(&str, &str)> = file
        .iter()
        .map(|leaf| (leaf.action.as_str(), leaf.of.as_ref().map_or("", |of| of.number.as_str())))
        .collect();
    let expected = [
        ("add", ""),
        ("open", &repair),
        ("change", ""),
        ("open", &call),
        ("note", &repair),
        ("link", &repair),
    ];
    assert_eq!(told, expected);
    assert_eq!(file[4].note.as_deref(), Some("业主下午在家"));
    assert_eq!(file[1].of.as_ref().unwrap().kind, "repair");
    let changed: Vec<&str> = file[2].changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(changed, ["occupancy", "papers"]);
    let words = file[2].text(Lang::ZhCn);
    assert!(words.contains("空置 > 已入伙") && words.contains("2号柜 15盒"), "{words}");
    assert!(file[1].title(Lang::En).contains(&repair));

    // The newest first is the same the other way round, however large the parts.
    for page in [1, 2, 5, 100] {
        let mut newest = all(&store, &boss, true, page);
        newest.reverse();
        assert_eq!(newest, file, "{page} at a time");
    }
    // What is amended away from a unit is no longer of its file, and what comes to it is.
    let moved = toy::values(json!({ "unit": "3-2-1502", "reason": "房号登记错误" }));
    cases::act(&mut store, &boss, at(7), &call, "amend", &moved, None).unwrap();
    assert_eq!(all(&store, &boss, false, 100).len(), file.len() - 1);
}

#[test]
fn telephones_are_masked_and_seen_whole_only_on_record() {
    let (_directory, mut store, boss, desk) = office();
    let kept = save_household(&mut store, &boss, at(0), None, &home()).unwrap();
    let mut other = kept.clone();
    other.residents[0].phones = vec!["13911112222".into()];
    save_household(&mut store, &boss, at(1), Some(&kept), &other).unwrap();
    for session in [&boss, &desk] {
        let cover = cover(&store, session, HOME).unwrap();
        let file = all(&store, session, false, 10);
        let told = format!("{cover:?}{file:?}{}", file[1].text(Lang::ZhCn));
        for phone in ["13911112222", "13800005678"] {
            assert!(!told.contains(phone), "{phone}");
        }
        assert!(told.contains("139****2222"), "{told}");
    }
    let whole = privacy::reveal(&mut store, &desk, at(2), HOME).unwrap();
    assert_eq!(whole.residents[0].phones, ["13911112222"]);
    let record = store.records("operator:李娜").unwrap().pop().unwrap();
    assert_eq!((record.action.as_str(), record.at), (privacy::REVEAL, at(2)));
    assert!(record.body.contains(HOME) && !record.body.contains("13911112222"), "{}", record.body);
    assert_eq!(cover(&store, &desk, "3栋2单元1501室").unwrap().household.unit, HOME);
    let refused = cover(&store, &desk, "9-9-9999").unwrap_err();
    assert!(matches!(refused, CounterError::Refused(why) if why.key == "counter.why.unit_not_in_directory"));
}

#[test]
fn ten_thousand_entries_stay_quick() {
    let (_directory, mut store, boss, desk) = office();
    save_household(&mut store, &boss, at(0), None, &home()).unwrap();
    store
        .batch(|store| {
            for n in 0..500 {
                let number = open(store, &desk, n, HOME, "call");
                for _ in 0..19 {
                    let note = toy::values(json!({ "note": "再次来电" }));
                    cases::act(store, &desk, at(n), &number, "note", &note, None)?;
                }
            }
            Ok::<_, CounterError>(())
        })
        .unwrap();
    // Every part in about the same time, the last like the first; the limit is generous for busy machines.
    for part in [Past::Before(None), Past::Before(Some(5_000)), Past::After(None), Past::After(Some(9_000))] {
        let begun = Instant::now();
        assert_eq!(leaves(&store, &desk, HOME, part, 200).unwrap().len(), 200);
        assert!(begun.elapsed() < Duration::from_millis(500), "{part:?}: {:?}", begun.elapsed());
    }
    let seqs: Vec<i64> = all(&store, &desk, true, 200).iter().map(|leaf| leaf.seq).collect();
    assert_eq!(seqs.len(), 10_001);
    assert!(seqs.windows(2).all(|pair| pair[0] > pair[1]), "each once, in order");
}

#[test]
fn papers_past_their_keeping_are_one_finding() {
    let (_directory, mut store, boss, _) = office();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let today = store.settings().unwrap().unwrap().calendar.day_of(at(0));
    for (room, until) in [(1501, today), (1502, day("2026-10-01")), (1503, day("2026-11-01"))] {
        let papers = Papers { keep_until: Some(until), ..Papers::default() };
        let household = Household { unit: format!("3-2-{room}"), papers, ..Household::default() };
        save_household(&mut store, &boss, at(0), None, &household).unwrap();
    }
    let found = review::review(&store, at(0), today).unwrap().findings;
    let found: Vec<_> = found.iter().filter(|finding| finding.kind == "papers-past").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].summary, "2: 3-2-1502 3-2-1503", "the last day of keeping still counts");
    assert_eq!(found[0].number(), None);
}
