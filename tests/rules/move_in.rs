//! Move-ins, told step by step.

use qiantai::desk::household::{Occupancy, Relation};
use qiantai::desk::kinds::move_in::STEPS;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing, pointer};

fn open(c: &mut Counter) -> String {
    let given = json!({ "unit": "3-2-1501", "contact": "仇建国", "phone": "13800005678" });
    c.open("move-in", given).number
}

/// What is given with a step.
fn inputs(step: &str) -> Value {
    match step {
        "notify" => json!({ "notice_way": "letter", "document": "挂号信 0071", "copy": true }),
        "check-notice" => json!({ "notice": "RZ-2026-118" }),
        "sign-covenant" => json!({ "signed_by_both": true, "document": "临时公约" }),
        "fill-form" => json!({
            "id_checked": true, "document": "登记表",
            "residents": [
                { "name": "仇建国", "relation": "owner", "phone": "13800005678", "id_number": "440301199001011234" },
                { "name": "曾丽", "relation": "family", "phone": "13900001111" }
            ],
            "emergency_contact": "曾国", "emergency_phone": "13700002222", "plate": "粤B12345"
        }),
        "hand-out" => json!({ "document": "签收单 12", "copy": true }),
        "offer-renovation" => json!({ "renovation": "wanted" }),
        "sign-receipt" => json!({ "items": [{ "what": "门禁卡", "count": 3 }], "document": "领取确认书" }),
        "pay-charges" => json!({
            "charges": [{ "what": "物业费", "amount": 120_000 }, { "what": "装修押金", "amount": 200_000 }],
            "document": "SJ-0099"
        }),
        "inspect" => json!({
            "water": 1_250, "electricity": 30_500, "gas": 0,
            "defects": [
                { "what": "阳台门关不严", "place": "阳台", "category": "doors-windows" },
                { "what": "墙面开裂" }
            ]
        }),
        "hand-keys" => json!({ "keys": [{ "what": "入户门", "count": 5 }, { "what": "信箱", "count": 2 }] }),
        _ => json!({ "office_file": "A-3-15", "household_file": "一户一档 15" }),
    }
}

#[test]
fn eleven_steps_lead_to_a_household_that_has_moved_in() {
    let mut c = Counter::new();
    let number = open(&mut c);
    assert_eq!(STEPS.len(), 11);
    for step in STEPS {
        c.wait(3);
        let given = inputs(step);
        let case = c.done(Desk, &number, step, given.clone());
        let record = &case.get("steps")[*step];
        assert_eq!((&record["by"], &record["at"]), (&json!("李娜"), &c.at(0)), "{step}: who and when");
        let document = given.get("document").or(given.get("notice")).unwrap_or(&Value::Null);
        assert_eq!(&record["document"], document, "{step}");
        assert!(record["copy"] != false, "{step}");
        if *step != "file-papers" {
            assert_eq!(c.refused(Desk, &number, step, given), "move-in.why.done_already", "{step}");
        }
    }
    let case = c.case(&number);
    assert_eq!(case.state, "moved-in");
    assert_eq!(case.get("steps")["pay-charges"]["amount"], json!(320_000));
    assert_eq!(case.get("charges_total"), json!(320_000));
    assert_eq!(case.get("residents")[0]["id_number"], json!("440***********1234"));
    let household = c.store.household("3-2-1501").unwrap().unwrap();
    assert_eq!((household.occupancy, household.moved_in), (Occupancy::MovedIn, "2026-11-24".parse().ok()));
    let people: Vec<_> = household
        .residents
        .iter()
        .map(|person| (person.name.as_str(), person.relation, person.phones.join(" ")))
        .collect();
    assert_eq!(
        people,
        [
            ("仇建国", Relation::Owner, "13800005678".to_owned()),
            ("曾丽", Relation::Family, "13900001111".to_owned())
        ]
    );
}

#[test]
fn every_step_takes_a_document_or_amount_and_whether_a_copy_is_on_file() {
    let kind = qiantai::desk::kinds::STANDARD.get("move-in").unwrap();
    for step in STEPS.iter().filter(|step| **step != "file-papers") {
        let inputs = kind.action(step).unwrap().inputs;
        let takes = |key: &str| inputs.iter().any(|field| field.key == key);
        assert!(takes("done_at") && takes("copy"), "{step}");
        assert!(takes("document") || takes("notice"), "{step}");
    }
}

#[test]
fn no_keys_before_charges_covenant_and_inspection() {
    for missing in ["pay-charges", "sign-covenant", "inspect"] {
        let mut c = Counter::new();
        let number = open(&mut c);
        for step in ["sign-covenant", "pay-charges", "inspect"] {
            if step != missing {
                c.done(Desk, &number, step, inputs(step));
            }
        }
        let keys = inputs("hand-keys");
        assert_eq!(
            c.refused(Boss, &number, "hand-keys", keys.clone()),
            "move-in.why.step_missing",
            "{missing}"
        );
        c.done(Desk, &number, missing, inputs(missing));
        c.done(Desk, &number, "hand-keys", keys);
    }
}

#[test]
fn papers_are_filed_last_and_confirmations_are_confirmed() {
    let mut c = Counter::new();
    let number = open(&mut c);
    assert_eq!(c.refused(Boss, &number, "file-papers", inputs("file-papers")), "move-in.why.step_missing");
    for (step, flag) in [
        ("sign-covenant", "signed_by_both"),
        ("fill-form", "id_checked"),
        ("hand-out", "handbook"),
        ("hand-out", "quality_letter"),
        ("hand-out", "manual"),
    ] {
        let mut given = inputs(step);
        given[flag] = false.into();
        assert_eq!(c.refused(Desk, &number, step, given), "move-in.why.not_confirmed", "{flag}");
    }
    let mut ahead = inputs("notify");
    ahead["done_at"] = c.at(60);
    assert_eq!(c.refused(Desk, &number, "notify", ahead), "desk.why.not_yet");
}

#[test]
fn each_defect_becomes_a_free_repair_of_its_own_and_both_point_at_each_other() {
    let mut c = Counter::new();
    let number = open(&mut c);
    assert_eq!(
        c.refused(Desk, &number, "add-defects", json!({ "more_defects": [{ "what": "漏" }] })),
        "move-in.why.step_missing"
    );
    let done = c.act(Desk, &number, "inspect", inputs("inspect")).unwrap();
    let more =
        c.act(Desk, &number, "add-defects", json!({ "more_defects": [{ "what": "插座没电" }] })).unwrap();
    let case = more.case;
    assert_eq!(case.get("defects").as_array().unwrap().len(), 3);
    let repairs: Vec<_> = done.also.iter().chain(&more.also).collect();
    let contents: Vec<_> = repairs.iter().filter_map(|repair| repair.text("content")).collect();
    assert_eq!(contents, ["阳台门关不严", "墙面开裂", "插座没电"]);
    for repair in repairs {
        assert_eq!((repair.kind.as_str(), repair.unit.as_deref()), ("repair", Some("3-2-1501")));
        assert_eq!(repair.get("chargeable"), json!(false));
        assert_eq!((pointer(&case, repair), pointer(repair, &case)), (Some("defect"), Some("defect-of")));
    }
    assert_eq!(done.also[0].category.as_deref(), Some("doors-windows"));
    assert_eq!(done.also[0].text("place").as_deref(), Some("阳台"));
    assert_eq!(case.get("electricity"), json!(30_500));
}

#[test]
fn accounts_and_the_bank_mandate_run_alongside() {
    let mut c = Counter::new();
    let number = open(&mut c);
    for account in ["water-electricity", "gas", "cable-tv", "bank-mandate"] {
        let done = c.act(Desk, &number, "open-account", json!({ "account": account })).unwrap();
        let [opened] = done.also.as_slice() else { panic!("{account}: one case is opened") };
        assert_eq!((opened.kind.as_str(), opened.text("account").as_deref()), ("account", Some(account)));
        assert_eq!(opened.get("applied_on"), json!("2026-11-24"));
        assert_eq!(opened.unit.as_deref(), Some("3-2-1501"));
        assert_eq!(pointer(&done.case, opened), Some("account"));
        assert_eq!(
            c.refused(Desk, &number, "open-account", json!({ "account": account })),
            "move-in.why.account_under_way"
        );
    }
    assert!(!c.case(&number).has("accounts"), "the cases of the accounts are all there is");
    // Applied for without a move-in it is under way as well; withdrawn it is not.
    let gas = c.case(&number).links[1].number.clone();
    c.done(Desk, &gas, "withdraw", json!({ "reason": "以后再办" }));
    c.done(Desk, &number, "open-account", json!({ "account": "gas" }));
    assert_eq!(c.done(Desk, &number, "notify", nothing()).state, "started", "no step waits for them");
}

/// What a household brings along with moving in is opened beside it: linked both ways, with the
/// household's own unit, contact and telephone.
#[test]
fn a_move_in_opens_accounts_and_cards_beside_it() {
    let mut c = Counter::new();
    let number = open(&mut c);
    let beside = [
        ("account", json!({ "account": "gas", "papers": [{ "paper": "id-card", "copy": true }] })),
        (
            "permit",
            json!({
                "sort": "parking", "plate": "粤B12345", "card_number": "YK-1",
                "valid_until": "2026-12-24", "fee": 20_000
            }),
        ),
        ("release-pass", json!({ "lines": [{ "name": "旧沙发", "count": 1 }], "valid_until": c.at(120) })),
    ];
    for (kind, mut given) in beside {
        given["into"] = kind.into();
        let done = c.act(Desk, &number, "open-beside", given).unwrap_or_else(|why| panic!("{kind}: {why}"));
        let [opened] = done.also.as_slice() else { panic!("{kind}: one case is opened") };
        assert_eq!(
            (opened.kind.as_str(), done.case.state.as_str()),
            (kind, "started"),
            "the move-in goes on"
        );
        assert_eq!(opened.unit.as_deref(), Some("3-2-1501"), "{kind}");
        assert_eq!(opened.contact.as_deref(), Some("仇建国"), "{kind}");
        assert_eq!(pointer(&done.case, opened), Some("led-to"), "{kind}");
        assert_eq!(pointer(&c.case(&opened.number), &done.case), Some("came-from"), "{kind}");
    }
    for step in STEPS {
        c.wait(3);
        c.done(Desk, &number, step, inputs(step));
    }
    let household = c.store.household("3-2-1501").unwrap().unwrap();
    assert_eq!(household.occupancy, Occupancy::MovedIn);
    let links = c.case(&number).links.len();
    assert!(links >= 5, "three opened beside it and a repair for each of two defects: {links}");
}

/// A resident says room 801, and the directory has it as 0801: it is the same flat, with all that is known of it.
#[test]
fn a_unit_that_is_said_otherwise_is_the_directorys() {
    let mut c = Counter::new();
    let household = |unit: &str| qiantai::desk::household::Household {
        unit: unit.into(),
        area: None,
        occupancy: Occupancy::MovedIn,
        moved_in: None,
        arrears: 9_900,
        note: String::new(),
        papers: qiantai::desk::household::Papers::default(),
        residents: Vec::new(),
    };
    c.store.write(|tx| tx.put_household(&household("5-1-0801"))).unwrap();
    let pass = json!({
        "unit": "5-1-801", "contact": "张三", "lines": [{ "name": "沙发", "count": 1 }], "valid_until": c.at(60)
    });
    let pass = c.open("release-pass", pass);
    assert_eq!(pass.unit.as_deref(), Some("5-1-0801"));
    assert_eq!(
        c.refused(Desk, &pass.number, "approve", nothing()),
        "release-pass.why.arrears",
        "its debts are seen"
    );
    c.done(
        Desk,
        &pass.number,
        "revise",
        json!({ "unit": "5-1-801", "lines": [{ "name": "床", "count": 1 }] }),
    );
    assert_eq!(c.case(&pass.number).unit.as_deref(), Some("5-1-0801"));
    let leaving = c.open("move-out", json!({ "unit": "5-1-801", "contact": "张三" }));
    assert_eq!(leaving.unit.as_deref(), Some("5-1-0801"), "the household is known");
    let public = c.open("repair", json!({ "unit": "5-1-802", "content": "灯" }));
    assert_eq!(public.unit.as_deref(), Some("5-1-802"), "what nobody knows stays as it was said");
}
