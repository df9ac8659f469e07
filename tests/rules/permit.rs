//! Permits: what they hang on, what they hold, how they end.

use qiantai::desk::household::Occupancy;
use qiantai::timer::board;
use serde_json::{Value, json};

use super::office::{
    Office, UNIT,
    Who::{Boss, Desk},
    refusal, worker,
};

fn card(sort: &str, plate: &str, number: &str, until: &Value) -> Value {
    json!({
        "sort": sort, "unit": UNIT, "contact": "张建国", "plate": plate, "card_number": number,
        "valid_until": until, "deposit": 10_000, "fee": 30_000
    })
}

#[test]
fn what_a_permit_is_refused_for() {
    let mut office = Office::new();
    let (day, late) = (office.day(10), office.day(31));
    let without = json!({
        "sort": "worker", "contact": "刘工", "id_number": "440301199001011234", "card_number": "A1",
        "valid_until": day
    });
    assert_eq!(refusal(office.try_open("permit", without)), "permit.why.no_renovation");
    let applied = office.open("renovation", super::office::application());
    let early = worker(&applied, "刘工", "A1", &day);
    assert_eq!(refusal(office.try_open("permit", early)), "permit.why.renovation_without_permit");
    office.act(Boss, &applied, "void", json!({ "reason": "重复" }));

    let renovation = office.permitted();
    let long = worker(&renovation, "刘工", "A1", &late);
    assert_eq!(refusal(office.try_open("permit", long)), "permit.why.outlasts_renovation");
    let gone = worker(&renovation, "刘工", "A1", &office.day(-1));
    assert_eq!(refusal(office.try_open("permit", gone)), "desk.why.day_before");
    let mut gone = worker(&renovation, "刘工", "A1", &office.day(-1));
    gone["valid_from"] = office.day(-9);
    assert_eq!(refusal(office.try_open("permit", gone)), "desk.why.day_gone_by");

    let pass = office.worker(&renovation, "刘工", "A1");
    let again = worker(&renovation, "吴工", "A1", &day);
    assert_eq!(refusal(office.try_open("permit", again)), "desk.why.taken", "one card, one holder");
    let until = office.day(20);
    assert_eq!(office.refused(Desk, &pass, "renew", json!({ "valid_until": until })), "desk.why.not_longer");
    let renewal = json!({ "valid_until": late });
    assert_eq!(office.refused(Desk, &pass, "renew", renewal), "permit.why.outlasts_renovation");
    let too_much = json!({ "deposit_back": 5_001 });
    assert_eq!(office.refused(Desk, &pass, "return", too_much.clone()), "permit.why.more_than_held");
    assert_eq!(office.refused(Desk, &pass, "lose", too_much), "permit.why.more_than_held");
    let ahead = office.in_days(1);
    assert_eq!(office.refused(Desk, &pass, "return", json!({ "returned_at": ahead })), "desk.why.not_yet");
    assert_eq!(office.refused(Desk, &pass, "lose", json!({ "lost_at": ahead })), "desk.why.not_yet");
    assert_eq!(office.refused(Boss, &pass, "expire", json!({})), "desk.why.by_clock");
}

#[test]
fn a_worker_s_pass_finds_the_only_renovation_of_its_household_and_both_point_at_each_other() {
    let mut office = Office::new();
    let renovation = office.permitted();
    let mut given = worker("", "刘工", "A1", &office.day(5));
    given.as_object_mut().unwrap().remove("renovation");
    let pass = office.open("permit", given);
    assert_eq!(office.case(&pass).detail["renovation"], renovation.as_str());
    assert_eq!(office.case(&pass).detail["id_number"], "440***********1234");
    assert!(office.case(&renovation).links.iter().any(|link| link.number == pass));
    assert!(office.case(&pass).links.iter().any(|link| link.number == renovation));
}

#[test]
fn a_vehicle_has_one_card_at_a_time() {
    let mut office = Office::new();
    let until = office.day(30);
    let first = office.open("permit", card("parking", "粤B12345", "C1", &until));
    let second = refusal(office.try_open("permit", card("vehicle", "粤B12345", "C2", &until)));
    assert_eq!(second, "desk.why.taken");
    office.open("permit", card("parking", "粤B99999", "C2", &until));
    assert_eq!(office.act(Desk, &first, "return", json!({})), "returned");
    let returned = office.case(&first);
    assert_eq!(
        (&returned.detail["deposit_back"], &returned.detail["deposit_held"]),
        (&json!(10_000), &json!(0))
    );
    let (mut other, session) = office.second();
    let new = qiantai::counter::cases::NewCase {
        kind: "permit".into(),
        values: crate::toy::values(card("parking", "粤B12345", "C3", &until)),
        ..Default::default()
    };
    qiantai::counter::cases::open(&mut other, &session, office.now, &new).unwrap();
    let fourth = refusal(office.try_open("permit", card("parking", "粤B12345", "C4", &until)));
    assert_eq!(fourth, "desk.why.taken", "another process was faster");
}

#[test]
fn a_card_is_flagged_before_it_expires_and_found_until_it_is_back() {
    let mut office = Office::new();
    let until = office.day(10);
    let number = office.open("permit", card("parking", "粤B12345", "C1", &until));
    let board = |office: &Office| board(&office.store, &office.settings, office.now).unwrap();
    assert_eq!(board(&office).expiring, 0);
    assert_eq!(office.findings(&number), [] as [&str; 0]);
    office.days(4);
    assert_eq!(board(&office).expiring, 1, "a week before");
    assert_eq!(office.findings(&number), ["permit-expiring"]);
    assert_eq!(office.sweep(), [] as [&str; 0]);
    office.days(7);
    assert_eq!(office.sweep(), [number.as_str()]);
    assert_eq!(office.state(&number), "expired");
    assert_eq!(office.findings(&number), ["permit-unreturned"]);
    let until = office.day(30);
    let renewal = json!({ "valid_until": until, "amount": 30_000, "document": "SJ-9" });
    assert_eq!(office.act(Desk, &number, "renew", renewal), "issued");
    let renewed = office.case(&number);
    assert_eq!(renewed.detail["renewals"][0]["until"], until);
    assert_eq!(office.findings(&number), [] as [&str; 0]);
    office.days(31);
    assert_eq!(office.sweep(), [number.as_str()]);
    let lost = json!({ "deposit_back": 4_000, "loss_fee": 2_000 });
    assert_eq!(office.act(Desk, &number, "lose", lost), "lost");
    assert_eq!(office.case(&number).detail["deposit_held"], 0);
    assert_eq!(office.findings(&number), [] as [&str; 0]);
    assert_eq!(office.flat().occupancy, Occupancy::MovedIn);
}
