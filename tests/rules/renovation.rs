//! Renovations: from the application to the deposit's return, and what is refused on the way.

use qiantai::desk::household::Occupancy;
use serde_json::{Value, json};

use super::office::{
    Office,
    Who::{self, Boss, Desk},
    application, refusal,
};

const NONE: [&str; 0] = [];

/// Up to the works.
fn at_work(office: &mut Office) -> String {
    let number = office.permitted();
    office.act(Desk, &number, "start", json!({}));
    number
}

fn notice(office: &Office, days: i64) -> Value {
    json!({ "remark": "拆了承重墙边的隔墙", "rectify_by": office.in_days(days) })
}

#[test]
fn no_works_before_both_approvals_agreement_deposit_and_permit() {
    let mut office = Office::new();
    let number = office.open("renovation", application());
    let why = |office: &Office, action: &str| office.why_not(Boss, &number, action);
    let needs = |office: &Office, key: &str| {
        assert_eq!(why(office, "start").as_deref(), Some(key));
        // The permit asks for all that the works ask for, but for itself.
        if key != "renovation.why.no_permit" {
            assert_eq!(why(office, "issue-permit").as_deref(), Some(key));
        }
    };
    needs(&office, "renovation.why.owner_not_signed");
    assert_eq!(why(&office, "sign-agreement").as_deref(), Some("renovation.why.owner_not_signed"));
    office.act(Desk, &number, "owner-sign", json!({}));
    needs(&office, "renovation.why.company_not_approved");
    assert_eq!(office.refused(Desk, &number, "owner-sign", json!({})), "renovation.why.owner_signed_already");
    assert_eq!(office.refused(Desk, &number, "approve", json!({})), "desk.why.needs_role");
    assert_eq!(office.act(Boss, &number, "approve", json!({})), "approved");
    needs(&office, "renovation.why.no_agreement");
    let ahead = office.in_days(1);
    assert_eq!(
        office.refused(Desk, &number, "sign-agreement", json!({ "agreement_at": ahead })),
        "desk.why.not_yet"
    );
    office.act(Desk, &number, "sign-agreement", json!({}));
    needs(&office, "renovation.why.no_deposit");
    office.act(Desk, &number, "take-deposit", json!({ "deposit": 0, "deposit_receipt": "SJ-1" }));
    needs(&office, "renovation.why.no_deposit");
    office.act(Desk, &number, "take-deposit", json!({ "deposit": 200_000, "deposit_receipt": "SJ-1" }));
    needs(&office, "renovation.why.no_permit");
    let past = json!({ "permit_number": "XK-1", "permit_until": office.day(-1) });
    assert_eq!(office.refused(Desk, &number, "issue-permit", past), "desk.why.day_gone_by");
    let permit = json!({ "permit_number": "XK-1", "permit_until": office.day(3) });
    assert_eq!(office.act(Desk, &number, "issue-permit", permit), "permitted");
    assert_eq!(office.refused(Desk, &number, "start", json!({ "started_at": ahead })), "desk.why.not_yet");
    office.days(4);
    assert_eq!(office.why_not(Boss, &number, "start").as_deref(), Some("renovation.why.permit_over"));
    let longer = office.day(20);
    assert_eq!(
        office.refused(Desk, &number, "extend", json!({ "permit_until": longer })),
        "desk.why.needs_role"
    );
    office.act(Boss, &number, "extend", json!({ "permit_until": longer }));
    assert_eq!(office.act(Desk, &number, "start", json!({})), "works");
}

#[test]
fn the_two_sides_approve_in_either_order_but_are_two_people() {
    for first in [Boss, Desk] {
        let mut office = Office::new();
        let number = office.open("renovation", application());
        if first == Boss {
            assert_eq!(
                office.act(Boss, &number, "approve", json!({ "conditions": "不动承重墙" })),
                "applied"
            );
            assert_eq!(
                office.refused(Boss, &number, "approve", json!({})),
                "renovation.why.approved_already"
            );
            assert_eq!(office.refused(Boss, &number, "owner-sign", json!({})), "renovation.why.same_person");
            assert_eq!(office.act(Desk, &number, "owner-sign", json!({})), "approved");
        } else {
            assert_eq!(office.act(Boss, &number, "owner-sign", json!({})), "applied");
            assert_eq!(office.refused(Boss, &number, "approve", json!({})), "renovation.why.same_person");
        }
    }
}

#[test]
fn an_application_is_refused_by_either_side_and_keeps_no_deposit() {
    let mut office = Office::new();
    let mut given = application();
    given["planned_until"] = office.day(-3);
    assert_eq!(refusal(office.try_open("renovation", given)), "desk.why.day_before");
    let number = office.open("renovation", application());
    assert_eq!(refusal(office.try_open("renovation", application())), "renovation.why.open_already");
    office.act(Desk, &number, "take-deposit", json!({ "deposit": 100, "deposit_receipt": "SJ-1" }));
    let mut no = json!({ "refused_by": "company", "refused": "要拆承重墙" });
    assert_eq!(office.refused(Desk, &number, "refuse", no.clone()), "desk.why.needs_role");
    assert_eq!(office.refused(Boss, &number, "refuse", no.clone()), "renovation.why.deposit_held");
    no["back_receipt"] = "TK-1".into();
    no["refused_by"] = "owner".into();
    assert_eq!(office.act(Desk, &number, "refuse", no), "refused");
    office.open("renovation", application());
}

#[test]
fn what_stands_in_the_way_of_the_acceptance_and_of_the_deposit() {
    let mut office = Office::new();
    let number = at_work(&mut office);
    let refused = |office: &mut Office, who: Who, action: &str, given: Value, key: &str| {
        assert_eq!(office.refused(who, &number, action, given), key, "{action}");
    };
    let back = || json!({ "back_receipt": "TK-1" });
    refused(&mut office, Desk, "return-deposit", back(), "renovation.why.not_accepted");
    refused(&mut office, Desk, "patrol", json!({ "result": "violation" }), "renovation.why.says_nothing");
    let ahead = office.in_days(1);
    let past = office.in_days(-1);
    refused(&mut office, Desk, "patrol", json!({ "at": ahead }), "desk.why.not_yet");
    refused(&mut office, Desk, "patrol", json!({ "next_patrol": past }), "desk.why.in_the_past");
    let late = notice(&office, -1);
    refused(&mut office, Desk, "notify", late, "desk.why.in_the_past");
    let found = json!({ "result": "violation", "remark": "夜间施工" });
    assert_eq!(office.act(Desk, &number, "patrol", found), "violation");
    assert_eq!(office.act(Desk, &number, "patrol", json!({})), "violation", "it waits for its notice");
    refused(&mut office, Desk, "request-acceptance", json!({}), "renovation.why.violation_open");
    let given = notice(&office, 2);
    assert_eq!(office.act(Desk, &number, "notify", given), "rectify");
    refused(&mut office, Desk, "request-acceptance", json!({}), "renovation.why.notice_open");
    refused(&mut office, Desk, "not-put-right", json!({ "remark": "还在" }), "desk.why.required");
    refused(&mut office, Desk, "stop", json!({ "stopped": "拒不整改" }), "desk.why.needs_role");
    assert_eq!(office.act(Boss, &number, "stop", json!({ "stopped": "拒不整改" })), "stopped");
    refused(&mut office, Desk, "request-acceptance", json!({}), "renovation.why.stopped");
    refused(&mut office, Desk, "lift", json!({ "note": "已整改" }), "desk.why.needs_role");
    assert_eq!(office.act(Boss, &number, "lift", json!({ "note": "已整改" })), "works");
    refused(&mut office, Desk, "request-acceptance", json!({ "finished_at": ahead }), "desk.why.not_yet");
    assert_eq!(office.act(Desk, &number, "request-acceptance", json!({})), "acceptance");
    refused(&mut office, Desk, "pass", json!({ "accepted_at": ahead }), "desk.why.not_yet");
    let late = notice(&office, -1);
    refused(&mut office, Desk, "fail", late, "desk.why.in_the_past");
    assert_eq!(office.act(Desk, &number, "pass", json!({})), "accepted");
    let fine = |fine: i64| json!({ "back_receipt": "TK-1", "fine": fine, "fine_reason": "损坏公共墙面" });
    refused(&mut office, Boss, "return-deposit", fine(200_001), "renovation.why.fine_too_high");
    refused(&mut office, Desk, "return-deposit", fine(1), "renovation.why.fine_needs_supervisor");
    let silent = json!({ "back_receipt": "TK-1", "fine": 1 });
    refused(&mut office, Boss, "return-deposit", silent, "renovation.why.fine_without_reason");
    refused(&mut office, Desk, "return-deposit", json!({}), "desk.why.required");
    assert_eq!(office.act(Boss, &number, "return-deposit", fine(50_000)), "closed");
    assert_eq!(office.case(&number).detail["deposit_back"], 150_000);
}

#[test]
fn the_deposit_stays_while_a_worker_s_pass_is_out() {
    let mut office = Office::new();
    let number = at_work(&mut office);
    office.act(Desk, &number, "request-acceptance", json!({}));
    office.act(Desk, &number, "pass", json!({}));
    // A pass of another flat's renovation, linked with this one afterwards by hand.
    let mut elsewhere = application();
    elsewhere["unit"] = "1-1-0904".into();
    let other = office.open("renovation", elsewhere);
    office.act(Desk, &other, "owner-sign", json!({}));
    office.act(Boss, &other, "approve", json!({}));
    office.act(Desk, &other, "sign-agreement", json!({}));
    office.act(Desk, &other, "take-deposit", json!({ "deposit": 1, "deposit_receipt": "SJ" }));
    let permit = json!({ "permit_number": "XK-2", "permit_until": office.day(30) });
    office.act(Desk, &other, "issue-permit", permit);
    let mut pass = super::office::worker(&other, "刘工", "A1", &office.day(9));
    pass["unit"] = "1-1-0904".into();
    let pass = office.open("permit", pass);
    office.act(Desk, &number, "link", json!({ "number": pass }));
    let back = json!({ "back_receipt": "TK-1" });
    assert_eq!(office.refused(Desk, &number, "return-deposit", back.clone()), "renovation.why.permit_out");
    office.act(Desk, &pass, "return", json!({}));
    assert_eq!(office.act(Desk, &number, "return-deposit", back), "closed");
}

/// The whole story: two workers, patrols, a violation, a stop order, an acceptance that fails and one
/// that passes, passes that end along, the deposit.
#[test]
fn a_renovation_from_its_application_to_its_end() {
    let mut office = Office::new();
    office.household(Occupancy::MovedIn, 12_300);
    let number = office.permitted();
    assert_eq!(office.case(&number).detail["arrears"], 12_300);
    let passes = [office.worker(&number, "刘工", "A1"), office.worker(&number, "吴工", "A2")];
    assert_eq!(office.act(Desk, &number, "start", json!({})), "works");
    assert_eq!(office.flat().occupancy, Occupancy::Renovating);
    assert_eq!(office.case(&number).due_at(), Some(office.now + chrono::TimeDelta::days(3)));
    assert_eq!(office.findings(&number), NONE);

    office.days(4);
    assert_eq!(office.findings(&number), ["patrol-overdue"], "nobody looked for four days");
    let next = office.in_days(2);
    assert_eq!(office.act(Desk, &number, "patrol", json!({ "next_patrol": next })), "works");
    assert_eq!(office.findings(&number), NONE);
    let promises = office.case(&number).promises;
    let kept =
        promises.iter().filter(|promise| promise.kept_at.is_some()).map(|promise| promise.stage.as_str());
    assert_eq!(kept.collect::<Vec<_>>(), ["renovation.decide", "renovation.patrol"], "late, but made");

    office.days(1);
    let found = json!({ "result": "violation", "remark": "拆改下水管", "who": "工程值班" });
    assert_eq!(office.act(Desk, &number, "patrol", found), "violation");
    assert_eq!(office.findings(&number), ["violation-unanswered"]);
    let given = notice(&office, 1);
    assert_eq!(office.act(Desk, &number, "notify", given), "rectify");
    office.days(2);
    assert_eq!(office.findings(&number), ["notice-overdue"]);
    let again = notice(&office, 1);
    assert_eq!(office.act(Desk, &number, "not-put-right", again), "rectify");
    assert_eq!(office.findings(&number), NONE);
    assert_eq!(office.act(Boss, &number, "stop", json!({ "stopped": "继续违章" })), "stopped");
    office.days(1);
    assert_eq!(office.act(Desk, &number, "patrol", json!({})), "stopped");
    assert_eq!(office.act(Boss, &number, "lift", json!({ "note": "水管已恢复" })), "works");

    assert_eq!(office.act(Desk, &number, "request-acceptance", json!({})), "acceptance");
    let wrong = notice(&office, 3);
    assert_eq!(office.act(Desk, &number, "fail", wrong), "rectify");
    assert_eq!(office.flat().occupancy, Occupancy::Renovating);
    office.days(2);
    assert_eq!(office.act(Desk, &number, "put-right", json!({})), "works");
    assert_eq!(office.act(Desk, &number, "request-acceptance", json!({})), "acceptance");
    assert_eq!(passes.each_ref().map(|pass| office.state(pass)), ["issued", "issued"]);
    assert_eq!(office.act(Desk, &number, "pass", json!({})), "accepted");
    assert_eq!(office.flat().occupancy, Occupancy::MovedIn);
    assert_eq!(passes.each_ref().map(|pass| office.state(pass)), ["ended", "ended"]);
    assert_eq!(office.findings(&passes[0]), ["permit-unreturned"]);
    office.act(Desk, &passes[0], "return", json!({}));
    office.act(Desk, &passes[1], "lose", json!({}));

    office.days(31);
    assert_eq!(office.findings(&number), ["deposit-not-returned"]);
    assert_eq!(office.act(Desk, &number, "return-deposit", json!({ "back_receipt": "TK-1" })), "closed");
    let closed = office.case(&number);
    assert_eq!(closed.detail["deposit_back"], 200_000);
    assert_eq!(closed.detail["notices"].as_array().map(Vec::len), Some(3));
    assert_eq!(closed.detail["patrols"].as_array().map(Vec::len), Some(6));
    assert_eq!(office.findings(&number), NONE);
}

#[test]
fn works_that_outlast_their_permit_are_found() {
    let mut office = Office::new();
    let number = at_work(&mut office);
    office.days(31);
    assert!(office.findings(&number).contains(&"works-without-permit".to_owned()));
    let until = office.day(10);
    office.act(Boss, &number, "extend", json!({ "permit_until": until }));
    assert!(!office.findings(&number).contains(&"works-without-permit".to_owned()));
}

#[test]
fn a_renovation_that_is_void_leaves_nothing_behind() {
    let mut office = Office::new();
    let number = office.permitted();
    let pass = office.worker(&number, "刘工", "A1");
    office.act(Desk, &number, "start", json!({}));
    assert_eq!(office.act(Boss, &number, "void", json!({ "reason": "业主取消" })), "void");
    assert_eq!((office.state(&pass).as_str(), office.flat().occupancy), ("ended", Occupancy::MovedIn));
}
