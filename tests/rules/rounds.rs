//! Rounds of visits: whom they go to, what is heard, and what becomes of it.

use chrono::{Datelike, TimeDelta};
use qiantai::counter::progress::progress;
use qiantai::desk::case::Case;
use qiantai::desk::household::Occupancy;
use qiantai::desk::parts::Progress;
use qiantai::desk::workflow::VOID;
use qiantai::timer;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing, pointer};

/// The supervisor opens a round; it and its visits, or why not.
fn open(c: &mut Counter, given: Value) -> Result<(Case, Vec<Case>), String> {
    let done = c.try_open_as_boss("round", given)?;
    Ok((done.case, done.also))
}

fn two(c: &Counter, every: &str) -> Value {
    json!({
        "title": "老住户走访", "about": "停车和电梯", "until": c.day(6), "every": every,
        "households": [{ "unit": "3-2-1501", "contact": "仇建国" }, { "unit": "3-2-1502" }]
    })
}

/// Somebody lives there.
fn live(c: &mut Counter, unit: &str) {
    let mut household = c.store.household("3-2-1501").unwrap().unwrap();
    household.unit = unit.into();
    household.occupancy = Occupancy::MovedIn;
    c.store.write(|tx| tx.put_household(&household)).unwrap();
}

#[test]
fn each_household_of_a_round_is_a_visit_of_its_own() {
    let mut c = Counter::new();
    assert_eq!(c.try_open("round", two(&c, "once"), None).unwrap_err(), "desk.why.needs_role");
    let given = two(&c, "once");
    let (round, visits) = open(&mut c, given).unwrap();
    let units: Vec<_> = visits.iter().map(|visit| visit.unit.as_deref().unwrap_or_default()).collect();
    assert_eq!(units, ["3-2-1501", "3-2-1502"]);
    for visit in &visits {
        assert_eq!((visit.kind.as_str(), visit.state.as_str()), ("home-visit", "planned"));
        assert_eq!(
            (visit.text("who"), visit.text("round")),
            (Some("王敏".into()), Some("老住户走访".into()))
        );
        assert_eq!((pointer(&round, visit), pointer(visit, &round)), (Some("part"), Some("part-of")));
    }
    // It is due at the end of its last day, and one thing that is overdue, not one for each household.
    let end = c.settings.calendar.next_day_start(round.text("until").unwrap().parse().unwrap());
    assert_eq!(round.due_at(), Some(end - TimeDelta::minutes(1)));
    c.now = end;
    assert_eq!(timer::board(&c.store, &c.settings, c.now).unwrap().overdue_promises, 1);
    assert_eq!(c.findings(&round.number), ["round-overdue"]);
    assert_eq!(
        c.refused(Boss, &round.number, "extend", json!({ "until": c.day(-1), "reason": "雨" })),
        "desk.why.day_gone_by"
    );
    c.done(Boss, &round.number, "extend", json!({ "until": c.day(3), "reason": "下雨" }));
    assert!(c.findings(&round.number).is_empty());
}

#[test]
fn a_whole_building_is_visited_where_somebody_lives() {
    let mut c = Counter::new();
    for unit in ["3-2-1601", "3-1-101", "5-1-101", "32-1-101"] {
        live(&mut c, unit);
    }
    let given = |c: &Counter, buildings: &str| json!({ "title": "楼栋走访", "until": c.day(6), "buildings": buildings });
    for (buildings, units) in [
        ("3-2", vec!["3-2-1601"]),
        ("3", vec!["3-1-101", "3-2-1601"]),
        ("５、3-2", vec!["5-1-101", "3-2-1601"]),
    ] {
        let given = given(&c, buildings);
        let (_, visits) = open(&mut c, given).unwrap();
        let found: Vec<_> = visits.iter().filter_map(|visit| visit.unit.clone()).collect();
        assert_eq!(found, units, "{buildings}: 3-2-1501 is vacant");
        assert!(visits.iter().all(|visit| visit.contact.as_deref() == Some("仇建国")));
    }
    for (given, why) in [
        (given(&c, "9"), "round.why.nobody_there"),
        (json!({ "title": "x", "until": c.day(6) }), "round.why.nobody"),
        (json!({ "title": "x", "until": c.day(-1), "buildings": "3" }), "desk.why.day_before"),
        (
            json!({ "title": "x", "until": c.day(1), "households": [{ "unit": "3-2-1501" }, { "unit": "3-2-1501" }] }),
            "round.why.twice",
        ),
    ] {
        assert_eq!(open(&mut c, given.clone()).unwrap_err(), why, "{given}");
    }
}

#[test]
fn what_was_said_is_answered_or_becomes_matters_of_its_own() {
    let mut c = Counter::new();
    let given = two(&c, "once");
    let (_, visits) = open(&mut c, given).unwrap();
    let (first, second) = (visits[0].number.clone(), visits[1].number.clone());
    let ahead = json!({ "visited_at": c.at(10), "content": "满意" });
    assert_eq!(c.refused(Desk, &first, "visited", ahead), "desk.why.not_yet");
    assert_eq!(c.refused(Desk, &first, "visited", nothing()), "desk.why.required");
    let said = json!({ "content": "电梯常坏, 车位不够", "score": 3, "remarks": true });
    let visit = c.done(Desk, &first, "visited", said);
    assert_eq!((visit.state.as_str(), visit.due_at().is_some()), ("visited", true));
    // Two remarks: one becomes a complaint beside it, the other is answered.
    let beside =
        c.act(Desk, &first, "open-beside", json!({ "into": "complaint", "category": "noise.neighbours" }));
    let complaint = beside.unwrap().also.remove(0);
    assert_eq!(
        (complaint.unit.as_deref(), complaint.text("content").as_deref()),
        (Some("3-2-1501"), Some("电梯常坏, 车位不够"))
    );
    let due = c.case(&first).due_at().unwrap();
    c.now = due + TimeDelta::minutes(1);
    assert_eq!(c.findings(&first), ["home-visit-late"]);
    let closed = c.done(Desk, &first, "answer", json!({ "answer": "电梯已约维保, 车位已登记" }));
    assert_eq!(
        (closed.state.as_str(), closed.promises.iter().any(qiantai::desk::promise::Promise::is_open)),
        ("closed", false)
    );
    // A single remark goes over as it is.
    c.done(Desk, &second, "visited", json!({ "content": "厨房漏水", "remarks": true }));
    let turned = c.act(Desk, &second, "turn-into", json!({ "into": "repair" })).unwrap();
    assert_eq!(
        (turned.case.state.as_str(), turned.also[0].text("content").as_deref()),
        ("turned", Some("厨房漏水"))
    );
    assert_eq!(pointer(&turned.case, &turned.also[0]), Some("turned-into"));
}

#[test]
fn nobody_met_is_tried_again_and_an_appointment_is_kept() {
    let mut c = Counter::new();
    let visit = c.open("home-visit", json!({ "unit": "3-2-1501", "contact": "仇建国" })).number;
    assert_eq!(
        c.refused(Desk, &visit, "appoint", json!({ "appointment": c.at(-5) })),
        "desk.why.in_the_past"
    );
    let at = c.at(60);
    c.done(Desk, &visit, "appoint", json!({ "appointment": at }));
    c.wait(61);
    assert_eq!(c.findings(&visit), ["home-visit-late"]);
    let tried = c.done(Desk, &visit, "not-met", nothing());
    assert_eq!(
        (tried.get("tries").as_i64(), tried.due_at(), tried.has("appointment")),
        (Some(1), None, false)
    );
    let done = c.done(Desk, &visit, "visited", json!({ "content": "很满意", "score": 5 }));
    assert_eq!(done.state, "closed");
    let other = c.open("home-visit", json!({ "unit": "3-2-1502" })).number;
    assert_eq!(c.refused(Desk, &other, "decline", nothing()), "desk.why.required");
    assert_eq!(c.refused(Desk, &other, "cancel", nothing()), "desk.why.needs_role");
    assert_eq!(c.done(Desk, &other, "decline", json!({ "reason": "不方便" })).state, "declined");
}

#[test]
fn a_round_accounts_for_everybody_counts_them_and_comes_again() {
    let mut c = Counter::new();
    let given = two(&c, "month");
    let (round, visits) = open(&mut c, given).unwrap();
    let number = round.number;
    let more = json!({ "more": [{ "unit": "3-2-1503" }, { "unit": "3-2-1504" }] });
    assert_eq!(c.refused(Desk, &number, "add", more.clone()), "desk.why.needs_role");
    let added = c.act(Boss, &number, "add", more).unwrap();
    assert_eq!(added.also.len(), 2);
    c.done(Desk, &visits[0].number, "visited", json!({ "content": "满意" }));
    c.done(Desk, &visits[1].number, "decline", json!({ "reason": "不在本市" }));
    let far = |c: &Counter| progress(&c.store, c.now, &c.case(&number)).unwrap().unwrap();
    assert_eq!(far(&c), Progress { all: 4, done: 1, dropped: 1, overdue: 0 });
    assert_eq!((far(&c).open(), far(&c).rate().percent()), (2, Some(33)));
    let conclusion = json!({ "conclusion": "电梯意见较多" });
    assert_eq!(c.refused(Desk, &number, "close", conclusion.clone()), "desk.why.needs_role");
    assert_eq!(c.refused(Boss, &number, "close", conclusion), "round.why.visits_left");
    let all = json!({ "conclusion": "电梯意见较多", "left_out": "两户出差" });
    let closed = c.act(Boss, &number, "close", all).unwrap();
    assert_eq!(c.case(&added.also[0].number).state, "cancelled");
    assert_eq!(far(&c), Progress { all: 4, done: 1, dropped: 3, overdue: 0 });
    // The next one, a month later, goes to all four again.
    let next = closed.also.iter().find(|case| case.kind == "round").expect("it comes again");
    let month = |case: &Case| case.text("until").unwrap().parse::<chrono::NaiveDate>().unwrap().month();
    assert_eq!(month(next), month(&closed.case) % 12 + 1);
    assert_eq!(closed.also.iter().filter(|case| case.kind == "home-visit").count(), 4);
    assert_eq!(pointer(&closed.case, next), Some("next"));
    // Taken back, it takes its visits along.
    c.done(Boss, &next.number, VOID, json!({ "reason": "改期" }));
    let visits = closed.also.iter().filter(|case| case.kind == "home-visit");
    assert!(visits.clone().all(|visit| c.case(&visit.number).state == "cancelled"));
}
