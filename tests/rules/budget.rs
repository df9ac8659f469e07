//! The budget: what was planned, what came and went, and what is beyond it.

use chrono::Datelike;
use qiantai::desk::kinds::budget::Budget;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk};

fn this_year() -> Value {
    json!({
        "title": "服务中心经费收支预算",
        "income": [{ "item": "property-fee", "planned": 60_000_000 }, { "item": "parking", "planned": 8_000_000 }],
        "spending": [
            { "item": "staff", "planned": 40_000_000 }, { "item": "office", "planned": 300_000, "remark": "每月250元" }
        ]
    })
}

fn approved(c: &mut Counter) -> String {
    let number = c.open_as_boss("budget", this_year()).number;
    c.done(Boss, &number, "approve", json!({}));
    number
}

fn budget(c: &Counter, number: &str) -> Budget {
    c.case(number).typed().unwrap()
}

#[test]
fn a_budget_is_the_supervisors_and_each_item_stands_once() {
    let mut c = Counter::new();
    assert_eq!(c.try_open("budget", this_year(), None).unwrap_err(), "desk.why.needs_role");
    for (change, why) in [
        (json!({ "income": [], "spending": [] }), "budget.why.nothing_planned"),
        (
            json!({ "spending": [{ "item": "staff", "planned": 1 }, { "item": "staff", "planned": 2 }] }),
            "budget.why.twice",
        ),
        (json!({ "spending": [{ "item": "property-fee", "planned": 1 }] }), "desk.why.not_in_catalogue"),
        (json!({ "spending": [{ "item": "staff" }] }), "desk.why.required"),
        (
            json!({ "income": [{ "item": "property-fee", "planned": 1_000_000_000_000_i64 }, { "item": "parking", "planned": 1 }] }),
            "desk.why.money_range",
        ),
    ] {
        let mut given = this_year();
        given.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(c.try_open_as_boss("budget", given).unwrap_err(), why, "{change}");
    }
    let number = c.open_as_boss("budget", this_year()).number;
    let sums = budget(&c, &number);
    assert_eq!((sums.income_planned, sums.spending_planned), (Some(68_000_000), Some(40_300_000)));
    assert_eq!((sums.income_actual, sums.spending_actual), (Some(0), Some(0)));
    assert_eq!(c.try_open_as_boss("budget", this_year()).unwrap_err(), "desk.why.taken", "one a year");
    // Nothing is booked before it is approved, and then it is only adjusted with a reason.
    let spend = json!({ "spending_item": "office", "amount": 100 });
    assert_eq!(c.refused(Boss, &number, "spend", spend.clone()), "desk.why.not_in_state");
    let revised =
        c.done(Boss, &number, "revise", json!({ "spending": [{ "item": "staff", "planned": 100 }] }));
    assert_eq!(revised.get("spending_planned").as_i64(), Some(100));
    assert_eq!(c.refused(Desk, &number, "approve", json!({})), "desk.why.needs_role");
    c.done(Boss, &number, "approve", json!({}));
    assert_eq!(c.refused(Desk, &number, "spend", spend), "desk.why.needs_role");
    assert_eq!(c.refused(Boss, &number, "adjust", json!({})), "desk.why.required");
}

#[test]
fn what_comes_and_goes_is_summed_and_what_is_beyond_the_plan_is_shown_and_found() {
    let mut c = Counter::new();
    let number = approved(&mut c);
    let book = |c: &mut Counter, action: &str, item: &str, amount: i64| {
        let key = if action == "spend" { "spending_item" } else { "income_item" };
        c.done(Boss, &number, action, json!({ key: item, "amount": amount, "document": "PZ-1" }));
    };
    book(&mut c, "receive", "property-fee", 5_000_000);
    book(&mut c, "spend", "staff", 3_300_000);
    book(&mut c, "spend", "office", 200_000);
    let sums = budget(&c, &number);
    assert_eq!((sums.income_actual, sums.spending_actual), (Some(5_000_000), Some(3_500_000)));
    assert_eq!((sums.surplus, sums.deficit, sums.over), (Some(1_500_000), None, None));
    assert!(c.findings(&number).is_empty());
    // Beyond the plan of its item, though not of the whole; and an item that nobody planned.
    book(&mut c, "spend", "office", 150_000);
    let since = c.now;
    c.wait(60);
    book(&mut c, "spend", "activity", 2_000_000);
    let sums = budget(&c, &number);
    assert_eq!((sums.surplus, sums.deficit, sums.over), (None, Some(650_000), Some(2_050_000)));
    assert_eq!(sums.over_since, Some(since));
    let stands: Vec<_> =
        sums.spending_stands.iter().map(|item| (item.item.as_str(), item.actual, item.over)).collect();
    assert_eq!(
        stands,
        [
            ("staff", 3_300_000, None),
            ("office", 350_000, Some(50_000)),
            ("activity", 2_000_000, Some(2_000_000))
        ]
    );
    c.wait(1);
    assert_eq!(c.findings(&number), ["budget-exceeded"]);
    let ahead = json!({ "spending_item": "office", "amount": 1, "day": c.day(1) });
    assert_eq!(c.refused(Boss, &number, "spend", ahead), "desk.why.day_not_yet");
    // A plan that is adjusted, and a booking that is corrected.
    let plan = json!({
        "spending": [
            { "item": "staff", "planned": 40_000_000 }, { "item": "office", "planned": 400_000 },
            { "item": "activity", "planned": 1_900_000 }
        ],
        "reason": "中秋活动追加"
    });
    c.done(Boss, &number, "adjust", plan);
    assert_eq!(budget(&c, &number).over, Some(100_000));
    let mut spent = c.case(&number).get("spent");
    spent[3]["amount"] = 1_900_000.into();
    c.done(Boss, &number, "correct", json!({ "spent": spent, "reason": "录错" }));
    let sums = budget(&c, &number);
    assert_eq!((sums.over, sums.over_since), (None, None));
    assert!(c.findings(&number).is_empty());
}

#[test]
fn a_year_that_is_over_is_closed_and_the_next_has_its_own() {
    let mut c = Counter::new();
    let number = approved(&mut c);
    while c.now.year() == 2026 {
        c.wait(24 * 60);
    }
    c.wait(24 * 60);
    assert_eq!(c.findings(&number), ["budget-not-closed"]);
    let next = c.open_as_boss("budget", this_year());
    assert_eq!(next.get("year").as_i64(), Some(2027));
    assert_eq!(c.refused(Boss, &number, "close", json!({})), "desk.why.required");
    assert_eq!(c.done(Boss, &number, "close", json!({ "conclusion": "略有结余" })).state, "closed");
    assert!(c.findings(&number).is_empty());
}
