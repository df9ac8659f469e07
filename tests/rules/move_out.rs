//! Move-outs: what is settled before a household leaves, and who is gone then.

use qiantai::desk::case::Case;
use qiantai::desk::field::Values;
use qiantai::desk::household::{Occupancy, Owed, Relation};
use qiantai::desk::kind::Situation;
use qiantai::desk::kinds::move_out;
use qiantai::desk::others::Other;
use qiantai::desk::people::Role;
use serde_json::{Value, json};

use super::office::{
    Office, UNIT,
    Who::{Boss, Desk},
    refusal,
};

fn notice(who: &str) -> Value {
    json!({ "unit": UNIT, "contact": "张建国", "phone": "13800005678", "who": who })
}

fn meters() -> Value {
    json!({ "meters": [
        { "meter": "water", "meter_number": "S-1", "reading": 123_000 },
        { "meter": "electricity", "reading": 4_567_800 }
    ]})
}

fn keys() -> Value {
    json!({ "keys": [{ "what": "入户门钥匙", "count": 3 }, { "what": "门禁卡", "count": 2 }] })
}

/// All steps before the last.
fn settle(office: &mut Office, number: &str) {
    let charges = json!({ "charges": [{ "what": "物业费", "amount": 25_800 }], "document": "SJ-7" });
    office.act(Desk, number, "settle-charges", charges);
    office.act(Desk, number, "read-meters", meters());
    office.act(Desk, number, "return-keys", keys());
    office.act(Desk, number, "cancel-permits", json!({}));
    office.act(Desk, number, "return-deposits", json!({}));
    office.act(Desk, number, "link-pass", json!({ "nothing_to_carry": true }));
}

fn names(office: &Office) -> Vec<String> {
    office.flat().residents.into_iter().map(|resident| resident.name).collect()
}

#[test]
fn what_a_move_out_is_refused_for() {
    let mut office = Office::new();
    let mut nowhere = notice("owner");
    nowhere["unit"] = "9-9-0909".into();
    assert_eq!(refusal(office.try_open("move-out", nowhere)), "move-out.why.no_household");
    office.household(Occupancy::MovedIn, 9_900);
    let number = office.open("move-out", notice("tenant"));
    assert_eq!(refusal(office.try_open("move-out", notice("owner"))), "move-out.why.open_already");

    let charges = json!({ "document": "SJ-7" });
    assert_eq!(office.refused(Desk, &number, "settle-charges", charges.clone()), "move-out.why.arrears");
    let mut ahead = charges.clone();
    ahead["done_at"] = office.in_days(1);
    assert_eq!(office.refused(Boss, &number, "settle-charges", ahead), "desk.why.not_yet");
    office.act(Boss, &number, "settle-charges", charges.clone());
    assert_eq!(office.case(&number).detail["arrears"], 9_900);
    assert_eq!(office.refused(Boss, &number, "settle-charges", charges), "move-out.why.done_already");
    assert_eq!(office.refused(Boss, &number, "leave", json!({})), "move-out.why.step_missing");
    assert_eq!(office.refused(Desk, &number, "link-pass", json!({})), "move-out.why.no_pass");
    let wrong = json!({ "pass": number });
    assert_eq!(office.refused(Desk, &number, "link-pass", wrong), "move-out.why.not_a_pass");
    let unknown = json!({ "pass": "FX-20200101-001" });
    assert_eq!(office.refused(Desk, &number, "link-pass", unknown), "counter.why.no_such_case");
    // The pass of the neighbours, mistyped by a digit.
    let theirs = json!({
        "unit": "3-2-1502", "contact": "邻居", "lines": [{ "name": "柜子", "count": 1 }], "valid_until": office.in_days(1)
    });
    let theirs = json!({ "pass": office.open("release-pass", theirs) });
    assert_eq!(office.refused(Desk, &number, "link-pass", theirs.clone()), "counter.why.other_household");
    assert_eq!(
        office.act(Desk, &number, "link", json!({ "number": theirs["pass"] })),
        "started",
        "by hand it may be"
    );
    assert_eq!(office.refused(Desk, &number, "read-meters", json!({})), "desk.why.required");
    assert_eq!(office.refused(Desk, &number, "return-keys", json!({})), "desk.why.required");
    for (step, given) in [("read-meters", meters()), ("return-keys", keys()), ("cancel-permits", json!({}))] {
        office.act(Desk, &number, step, given.clone());
        assert_eq!(office.refused(Desk, &number, step, given), "move-out.why.done_already", "{step}");
    }
    // A card that is made out after the others were cancelled.
    let until = office.day(30);
    let card = office.open(
        "permit",
        json!({
            "sort": "parking", "unit": UNIT, "contact": "陈晓东", "plate": "粤B1", "card_number": "C1",
            "valid_until": until
        }),
    );
    assert_eq!(office.refused(Desk, &number, "return-deposits", json!({})), "move-out.why.card_out");
    office.act(Desk, &card, "return", json!({}));
    office.act(Desk, &number, "return-deposits", json!({}));
    office.act(Desk, &number, "link-pass", json!({ "nothing_to_carry": true }));
    assert_eq!(office.refused(Desk, &number, "leave", json!({})), "move-out.why.arrears");
    assert_eq!(office.act(Boss, &number, "leave", json!({})), "moved-out");
}

#[test]
fn nobody_leaves_while_the_flat_is_renovated() {
    let mut office = Office::new();
    let renovation = office.permitted();
    let pass = office.worker(&renovation, "刘工", "A1");
    let number = office.open("move-out", notice("owner"));
    for step in ["cancel-permits", "return-deposits"] {
        assert_eq!(office.refused(Desk, &number, step, json!({})), "move-out.why.renovation_open", "{step}");
    }
    assert_eq!(office.state(&pass), "issued", "a refusal ends no permit");
    office.act(Desk, &renovation, "start", json!({}));
    office.act(Desk, &renovation, "request-acceptance", json!({}));
    office.act(Desk, &renovation, "pass", json!({}));
    office.act(Desk, &pass, "return", json!({}));
    office.act(Desk, &renovation, "return-deposit", json!({ "back_receipt": "TK-1" }));
    settle(&mut office, &number);
    // Works that begin at the last moment.
    let late = office.open("renovation", super::office::application());
    assert_eq!(office.refused(Desk, &number, "leave", json!({})), "move-out.why.renovation_open");
    office.act(Desk, &late, "void", json!({ "reason": "登记错了" }));
    assert_eq!(office.act(Desk, &number, "leave", json!({})), "moved-out");
}

/// The whole story: the household's cards end along, its pass is linked, and its people are gone.
#[test]
fn a_household_moves_out() {
    let mut office = Office::new();
    let until = office.day(60);
    let card = |office: &mut Office, sort: &str, plate: &str, number: &str| {
        office.open(
            "permit",
            json!({
                "sort": sort, "unit": UNIT, "contact": "张建国", "plate": plate, "card_number": number,
                "valid_until": until, "deposit": 10_000
            }),
        )
    };
    let cards = [card(&mut office, "parking", "粤B1", "C1"), card(&mut office, "vehicle", "粤B2", "C2")];
    let number = office.open("move-out", notice("owner"));
    let charges = json!({
        "charges": [{ "what": "物业费", "amount": 25_800 }, { "what": "水电费", "amount": 8_650 }],
        "document": "SJ-7"
    });
    office.act(Desk, &number, "settle-charges", charges);
    office.act(Desk, &number, "read-meters", meters());
    office.act(Desk, &number, "return-keys", keys());
    office.act(Desk, &number, "cancel-permits", json!({}));
    for card in &cards {
        assert_eq!(office.state(card), "ended");
        assert_eq!(
            office.why_not(Desk, &number, "return-deposits").as_deref(),
            Some("move-out.why.card_out")
        );
        assert_eq!(office.act(Desk, card, "return", json!({})), "returned");
    }
    let deposits = json!({ "deposits": [{ "what": "车卡押金", "amount": 20_000 }], "document": "TK-3" });
    office.act(Desk, &number, "return-deposits", deposits);
    let pass = office.open(
        "release-pass",
        json!({
            "unit": UNIT, "contact": "张建国", "lines": [{ "name": "沙发", "count": 1 }],
            "valid_until": office.in_days(1)
        }),
    );
    office.act(Desk, &number, "link-pass", json!({ "pass": pass }));
    assert!(office.case(&pass).links.iter().any(|link| link.number == number));
    let leaving = json!({ "new_address": "福田区莲花路 1 号", "new_phone": "13800005678" });
    assert_eq!(office.act(Desk, &number, "leave", leaving), "moved-out");
    let left = office.case(&number);
    assert_eq!(
        (&left.detail["charges_total"], &left.detail["deposits_total"]),
        (&json!(34_450), &json!(20_000))
    );
    assert_eq!(left.detail["steps"].as_object().map(serde_json::Map::len), Some(7));
    assert_eq!(office.flat().occupancy, Occupancy::MovedOut);
    assert_eq!(names(&office), ["张建国"], "he still owns it");
}

/// Who moves out, whether the flat is given up, who stays; who is left, and whether anybody lives there.
type Leaving = (&'static str, bool, &'static [&'static str], &'static [&'static str], Occupancy);

#[test]
fn who_leaves_is_gone_from_the_directory() {
    let table: [Leaving; 4] = [
        ("tenant", false, &[], &["张建国"], Occupancy::MovedOut),
        ("owner", true, &[], &[], Occupancy::MovedOut),
        ("tenant", false, &["李梅"], &["张建国", "李梅"], Occupancy::MovedIn),
        ("owner", true, &["陈晓东"], &["陈晓东"], Occupancy::MovedIn),
    ];
    for (who, sold, staying, left, occupancy) in table {
        let mut office = Office::new();
        assert!(office.flat().residents.iter().any(|resident| resident.relation == Relation::Tenant));
        let mut given = notice(who);
        if who == "owner" {
            given["sold"] = sold.into();
        }
        let number = office.open("move-out", given);
        settle(&mut office, &number);
        let stays: Vec<Value> = staying.iter().map(|name| json!({ "name": name })).collect();
        office.act(Desk, &number, "leave", json!({ "staying": stays }));
        assert_eq!(
            (names(&office), office.flat().occupancy),
            (left.iter().map(|n| (*n).to_owned()).collect(), occupancy)
        );
    }
}

/// Loans and bookings are told by the id of their kind, whatever else their kinds are.
#[test]
fn nobody_leaves_with_something_lent_or_booked() {
    let office = Office::new();
    let leave = move_out::KIND.action("leave").unwrap();
    let case = Case { kind: move_out::ID.into(), unit: Some(UNIT.into()), ..Case::default() };
    let nothing = Values::new();
    for (kind, guard, why) in [
        ("loan", "nothing-lent", "move-out.why.loan_open"),
        ("booking", "nothing-booked", "move-out.why.booking_open"),
        ("renovation", "renovation-closed", "move-out.why.renovation_open"),
        ("permit", "cards-back", "move-out.why.card_out"),
    ] {
        let guard = leave.guards.iter().find(|known| known.id == guard).unwrap();
        for (same_unit, refused) in [(true, Some(why)), (false, None)] {
            let other = Other {
                number: "XX-20261124-001".into(),
                kind: kind.into(),
                state: "open".into(),
                summary: "雨伞".into(),
                linked: false,
                same_unit,
                detail: Values::new(),
            };
            let situation = Situation {
                case: &case,
                inputs: &nothing,
                role: Role::Receptionist,
                by: "李娜",
                now: office.now,
                settings: &office.settings,
                household: None,
                others: &[other],
                covered: &[],
            };
            let told = (guard.check)(&situation).err();
            assert_eq!(told.as_ref().map(|why| why.key.as_str()), refused, "{kind}");
            if let Some(told) = told {
                assert!(told.args.iter().any(|(name, _)| name == "number"), "it says which");
            }
        }
    }
}

#[test]
fn what_is_owed_is_what_is_settled_unless_something_else_is_said() {
    let owed = |item: &str, period: &str, amount| Owed { item: item.into(), period: period.into(), amount };
    let charges = [owed("物业费", "2026-09", 25_800), owed("停车费", "", 30_000)];
    let lines =
        json!([{ "what": "物业费 2026-09", "amount": 25_800 }, { "what": "停车费", "amount": 30_000 }]);
    let other = json!([{ "what": "水费", "amount": 1_000 }]);
    for (given, settled, total) in [
        (json!({ "document": "SJ-7" }), lines, 55_800),
        (json!({ "document": "SJ-7", "charges": other.clone() }), other, 1_000),
    ] {
        let mut office = Office::new();
        office.store.write(|tx| tx.put_owed(UNIT, &charges)).unwrap();
        let number = office.open("move-out", notice("owner"));
        office.act(Boss, &number, "settle-charges", given);
        let case = office.case(&number);
        assert_eq!((&case.detail["charges"], &case.detail["charges_total"]), (&settled, &json!(total)));
        assert_eq!(case.detail["arrears"], 55_800, "what the office knows of is kept beside it");
    }
}
