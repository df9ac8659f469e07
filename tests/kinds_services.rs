//! The counter's other services, each from its opening to its ends, and what it refuses on the way.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{CounterError, Session, operators, review};
use qiantai::desk::case::Case;
use qiantai::desk::field::instant;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::kinds::equipment::{self, Equipment};
use qiantai::store::{Store, settings as stored};
use serde_json::{Value, json};

/// What a step leads to: a state, or the refusal of that key.
enum Then {
    To(&'static str),
    Not(&'static str),
}
use Then::{Not, To};

/// A counter at which a supervisor and a receptionist work.
struct Desk {
    _directory: tempfile::TempDir,
    store: Store,
    supervisor: Session,
    receptionist: Session,
    now: DateTime<Utc>,
}

impl Desk {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let settings = stored::defaults("蔚蓝新都").unwrap();
        let (mut store, supervisor) = toy::set_up_with(directory.path(), STANDARD, &settings);
        let receptionist = operators::login(&mut store, "李娜", toy::PIN, toy::morning()).unwrap();
        Self { _directory: directory, store, supervisor, receptionist, now: toy::morning() }
    }

    fn open(&mut self, kind: &str, given: Value) -> Result<Case, String> {
        let new = NewCase { kind: kind.into(), values: toy::values(given), ..NewCase::default() };
        cases::open(&mut self.store, &self.receptionist, self.now, &new).map(|done| done.case).map_err(key_of)
    }

    #[track_caller]
    fn opened(&mut self, kind: &str, given: Value) -> Case {
        self.open(kind, given).unwrap()
    }

    fn act_as(&mut self, boss: bool, number: &str, action: &str, given: Value) -> Result<Case, String> {
        let session = if boss { &self.supervisor } else { &self.receptionist };
        let given = toy::values(given);
        cases::act(&mut self.store, session, self.now, number, action, &given, None)
            .map(|done| done.case)
            .map_err(key_of)
    }

    /// Does one step after the other, ten minutes apart, and gives the case after them.
    #[track_caller]
    fn walk(&mut self, number: &str, steps: Vec<(&str, Value, Then)>) -> Case {
        for (action, given, then) in steps {
            self.now += TimeDelta::minutes(10);
            let result = self.act_as(false, number, action, given.clone());
            match then {
                To(state) => assert_eq!(result.map(|case| case.state), Ok(state.into()), "{action} {given}"),
                Not(key) => {
                    let refused = result.map(|case| case.state);
                    assert_eq!(refused, Err(key.to_owned()), "{action} {given}");
                }
            }
        }
        self.case(number)
    }

    fn case(&self, number: &str) -> Case {
        self.store.case(number).unwrap().unwrap()
    }

    /// What today's review finds about a case.
    fn findings(&self, number: &str) -> Vec<String> {
        let settings = self.store.settings().unwrap().unwrap();
        let day = settings.calendar.day_of(self.now);
        let found = review::review(&self.store, self.now, day).unwrap().findings;
        found.into_iter().filter(|finding| finding.subject == number).map(|finding| finding.kind).collect()
    }

    fn in_hours(&self, hours: i64) -> Value {
        instant(self.now + TimeDelta::hours(hours))
    }
}

fn key_of(error: CounterError) -> String {
    match error {
        CounterError::Refused(why) => why.key,
        CounterError::Store(error) => panic!("{error}"),
    }
}

#[test]
fn a_residents_letter_is_answered_and_filed() {
    let mut desk = Desk::new();
    let letter = desk.opened("letter", json!({ "content": "希望加装遮阳棚", "unit": "3-2-1501" }));
    assert_eq!(letter.promise().unwrap().stage, "letter.reply");
    let number = letter.number.as_str();
    let replied = desk.walk(
        number,
        vec![
            ("reply", json!({ "reply": "好的" }), Not("desk.why.not_in_state")),
            ("take", json!({}), To("ours")),
            ("close", json!({}), Not("desk.why.not_in_state")),
            ("result", json!({}), Not("desk.why.required")),
            ("result", json!({ "result": "已列入计划" }), To("handled")),
            (
                "reply",
                json!({ "reply": "谢谢", "replied_at": instant(desk.now + TimeDelta::hours(9)) }),
                Not("desk.why.not_yet"),
            ),
            ("reply", json!({ "reply": "已列入计划" }), To("replied")),
            ("report", json!({ "report": "无", "reported_to": "公司" }), Not("letter.why.no_report_due")),
        ],
    );
    assert!(replied.promises[0].kept_at.is_some() && replied.callbacks.is_empty());
    let closed = desk.walk(number, vec![("close", json!({ "file": "A-3" }), To("closed"))]);
    assert!(closed.closed_at.is_some());
}

#[test]
fn a_forwarded_letter_ends_only_after_its_report() {
    let mut desk = Desk::new();
    let by = desk.in_hours(48);
    let given = json!({ "origin": "company", "about": "complaint", "content": "电梯停运", "report_by": by });
    let letter = desk.opened("letter", given);
    let promise = letter.promise().unwrap();
    assert_eq!((promise.stage.as_str(), instant(promise.due)), ("letter.report", by));
    let number = letter.number.as_str();
    let past = desk.in_hours(-1);
    let deadline = desk.in_hours(1);
    desk.walk(
        number,
        vec![
            ("pass", json!({ "department": "engineering", "deadline": past }), Not("desk.why.in_the_past")),
            ("pass", json!({ "department": "engineering", "deadline": deadline }), To("with-department")),
            ("track", json!({ "progress": "配件明天到" }), To("with-department")),
        ],
    );
    desk.now += TimeDelta::hours(3);
    assert_eq!(desk.findings(number), ["department-late"]);
    let replied = desk.walk(
        number,
        vec![
            ("result", json!({ "result": "已修好" }), To("handled")),
            ("reply", json!({ "reply": "已修好" }), To("replied")),
            ("close", json!({}), Not("letter.why.not_reported")),
        ],
    );
    assert!(replied.promise().is_some(), "the answer alone keeps no promise to the company");
    assert_eq!(desk.findings(number), ["no-report"]);
    let closed = desk.walk(
        number,
        vec![
            ("report", json!({ "reported_to": "品质部" }), To("reported")),
            ("close", json!({}), Not("letter.why.callback_waits")),
            ("callback-satisfied", json!({ "score": 4 }), To("reported")),
            ("close", json!({}), To("closed")),
        ],
    );
    assert_eq!(closed.text("report").as_deref(), Some("已修好"), "the result is what is reported");
}

#[test]
fn a_leaders_letter_is_urgent_reported_and_called_back() {
    let mut desk = Desk::new();
    let mut given = json!({ "origin": "leader", "content": "联名反映水质" });
    assert_eq!(desk.open("letter", given.clone()).unwrap_err(), "letter.why.no_leader");
    given["leader"] = "陈总".into();
    let letter = desk.opened("letter", given);
    assert_eq!(letter.urgency.as_deref(), Some("urgent"));
    assert_eq!(letter.due_at(), Some(desk.now + TimeDelta::days(3)));
    let number = letter.number.as_str();
    let again = desk.walk(
        number,
        vec![
            ("take", json!({}), To("ours")),
            ("result", json!({ "result": "已清洗" }), To("handled")),
            ("reply", json!({ "reply": "已清洗" }), To("replied")),
            ("report", json!({}), To("reported")),
            ("close", json!({}), Not("letter.why.callback_waits")),
            ("callback-dissatisfied", json!({ "note": "还有异味" }), To("ours")),
        ],
    );
    assert_eq!(again.text("reported_to"), None, "what was reported no longer holds");
    assert_eq!(again.promise().unwrap().stage, "letter.report");
    let callback = desk.in_hours(5);
    desk.walk(
        number,
        vec![
            ("result", json!({ "result": "换了水箱" }), To("handled")),
            ("reply", json!({ "reply": "换了水箱" }), To("replied")),
            ("callback-unwanted", json!({}), To("replied")),
            ("close", json!({}), Not("letter.why.not_reported")),
            ("report", json!({ "report": "换了水箱" }), To("reported")),
            ("close", json!({}), Not("letter.why.leader_callback")),
            ("callback-add", json!({ "due": callback }), To("reported")),
            ("callback-satisfied", json!({ "score": 5 }), To("reported")),
            ("close", json!({}), To("closed")),
        ],
    );
}

#[test]
fn a_letter_becomes_another_matter_and_one_from_above_goes_on() {
    let mut desk = Desk::new();
    for (origin, state) in [("resident", "turned"), ("company", "ours")] {
        let given =
            json!({ "origin": origin, "content": "楼上漏水", "unit": "3-2-1501", "contact": "张建国" });
        let letter = desk.opened("letter", given);
        let turned = desk
            .act_as(false, &letter.number, "turn-into", json!({ "into": "repair", "category": "water" }))
            .unwrap();
        assert_eq!(turned.state, state);
        assert_eq!(turned.promise().is_some(), origin == "company", "a report is still owed to the company");
        let repair = desk.case(&turned.links[0].number);
        assert_eq!((repair.kind.as_str(), repair.text("content").as_deref()), ("repair", Some("楼上漏水")));
        assert_eq!(repair.links[0].number, letter.number);
    }
    let outside = desk.opened("letter", json!({ "content": "马路扬尘" }));
    desk.walk(
        &outside.number,
        vec![
            ("explain", json!({ "reply": "已向街道反映" }), Not("desk.why.required")),
            ("explain", json!({ "reply": "已向街道反映", "outside": "街道办" }), To("replied")),
            ("close", json!({}), To("closed")),
            ("further", json!({ "reason": "又来信" }), To("ours")),
        ],
    );
}

#[test]
fn an_account_is_opened_and_the_resident_told() {
    let mut desk = Desk::new();
    let given = json!({ "unit": "3-2-1501", "contact": "张建国", "account": "gas", "meter": "M1" });
    let account = desk.opened("account", given);
    let number = account.number.as_str();
    assert_eq!(account.summary, "燃气开户");
    let papers = json!({ "papers": [{ "paper": "id-card", "copy": true }] });
    let opened = desk.walk(
        number,
        vec![
            ("submit", json!({ "submitted_to": "燃气公司" }), Not("account.why.no_papers")),
            ("complete", papers, To("applied")),
            ("submit", json!({ "submitted_to": "燃气公司" }), To("submitted")),
            ("withdraw", json!({}), Not("desk.why.required")),
            ("opened", json!({}), Not("account.why.no_number")),
            (
                "opened",
                json!({ "account_number": "32001", "opened_on": "2026-12-24" }),
                Not("desk.why.day_not_yet"),
            ),
            ("opened", json!({ "account_number": "32001" }), To("opened")),
            ("withdraw", json!({ "reason": "不办了" }), Not("desk.why.not_in_state")),
        ],
    );
    assert_eq!(opened.promise().unwrap().stage, "account.tell");
    assert_eq!(desk.findings(number), ["not-told"]);
    let told = desk.walk(number, vec![("tell", json!({}), To("told"))]);
    assert!(told.promises.iter().all(|promise| promise.kept_at.is_some()));
    assert!(desk.findings(number).is_empty());
}

#[test]
fn a_mandate_needs_its_bank_and_shows_no_card() {
    let mut desk = Desk::new();
    let given = json!({
        "unit": "3-2-1501", "contact": "张建国", "account": "bank-mandate",
        "papers": [{ "paper": "bank-card" }], "bank": "工商银行", "holder": "张建国"
    });
    let mandate = desk.opened("account", given);
    let case = desk.walk(
        &mandate.number,
        vec![
            ("submit", json!({}), Not("account.why.no_bank")),
            ("complete", json!({ "card": "6222021234567891234" }), To("applied")),
            ("submit", json!({}), To("submitted")),
            ("fail", json!({}), Not("desk.why.required")),
            ("fail", json!({ "failure": "details" }), To("failed")),
            ("submit", json!({}), To("submitted")),
            ("opened", json!({}), To("opened")),
            ("tell", json!({}), To("told")),
        ],
    );
    assert_eq!(case.text("card").as_deref(), Some("622************1234"));
    assert_eq!(case.text("submitted_to").as_deref(), Some("工商银行"));
    assert_eq!(case.text("failure"), None, "what was tried again did not fail");
}

#[test]
fn a_special_service_costs_what_was_agreed_and_is_called_back() {
    let mut desk = Desk::new();
    let given = json!({ "contact": "张建国", "category": "cleaning", "content": "两室大扫除" });
    let service = desk.opened("agency", given);
    assert_eq!(service.summary, "家政保洁 两室大扫除");
    let number = service.number.as_str();
    let (yesterday, tomorrow) = (desk.in_hours(-24), desk.in_hours(24));
    let provider = || json!({ "provider": "安心家政", "offer": 20_000 });
    let agreed = desk.walk(
        number,
        vec![
            ("agree", json!({ "price": 20_000 }), Not("desk.why.not_in_state")),
            ("find", json!({}), Not("desk.why.required")),
            ("find", provider(), To("found")),
            ("done", json!({ "paid": 20_000 }), Not("desk.why.not_in_state")),
            ("agree", json!({ "appointment": yesterday }), Not("desk.why.in_the_past")),
            ("agree", json!({ "commission": 30_000 }), Not("agency.why.commission")),
            ("agree", json!({ "appointment": tomorrow }), To("agreed")),
        ],
    );
    assert_eq!(
        (agreed.detail["price"].as_i64(), agreed.text("agreed_by").as_deref()),
        (Some(20_000), Some("张建国"))
    );
    assert_eq!(instant(agreed.due_at().unwrap()), tomorrow);
    let changed =
        desk.walk(number, vec![("find", json!({ "provider": "百姓家政", "offer": 24_000 }), To("found"))]);
    assert!(!changed.has("price"), "another provider is another price");
    let done = desk.walk(
        number,
        vec![
            ("agree", json!({}), To("agreed")),
            ("done", json!({ "paid": 24_001 }), Not("agency.why.above_price")),
            ("done", json!({}), To("done")),
            ("close", json!({}), Not("agency.why.not_called_back")),
        ],
    );
    assert_eq!(done.open_callback().unwrap().due, desk.now - TimeDelta::minutes(10) + TimeDelta::hours(72));
    let again = desk.walk(number, vec![("callback-dissatisfied", json!({ "note": "没擦窗" }), To("agreed"))]);
    assert_eq!(again.promise().unwrap().stage, "agency.done");
    desk.walk(
        number,
        vec![
            ("done", json!({}), To("done")),
            ("close", json!({}), Not("agency.why.not_called_back")),
            ("callback-satisfied", json!({ "score": 5 }), To("done")),
            ("close", json!({}), To("closed")),
            ("end", json!({ "ended": "other" }), Not("desk.why.not_in_state")),
        ],
    );
}

#[test]
fn a_large_thing_is_taken_in_only_after_a_call() {
    let mut desk = Desk::new();
    let large = |more: Value| {
        let mut given = json!({ "unit": "3-2-1501", "sort": "large" });
        given.as_object_mut().unwrap().extend(toy::values(more));
        given
    };
    assert_eq!(desk.open("held", large(json!({}))).unwrap_err(), "held.why.not_agreed");
    assert_eq!(
        desk.open("held", large(json!({ "agreed_by": "张建国" }))).unwrap_err(),
        "held.why.not_agreed"
    );
    let later = json!({ "agreed_by": "张建国", "agreed_at": desk.in_hours(1) });
    assert_eq!(desk.open("held", large(later)).unwrap_err(), "desk.why.not_yet");
    let before = json!({ "agreed_by": "张建国", "agreed_at": desk.in_hours(-1) });
    let held = desk.opened("held", large(before));
    assert_eq!(held.text("agreed_by").as_deref(), Some("张建国"));
    // What it is cannot be amended afterwards, so the agreement cannot be got round.
    let parcel = desk.opened("held", json!({ "unit": "3-2-1501" }));
    let amended = desk.act_as(true, &parcel.number, "amend", json!({ "sort": "large", "reason": "记错" }));
    assert_eq!(amended.unwrap_err(), "desk.why.unknown_field");
}

#[test]
fn a_parcel_is_told_once_fetched_by_the_right_person_or_goes_back() {
    let mut desk = Desk::new();
    let given = json!({ "unit": "3-2-1501", "courier": "sf", "tracking": "SF1001" });
    let parcel = desk.opened("held", given.clone());
    assert_eq!(parcel.summary, "快递 顺丰 SF1001");
    let number = parcel.number.as_str();
    assert_eq!(desk.findings(number), ["not-on-shelf"]);
    let told = desk.walk(
        number,
        vec![("shelve", json!({ "shelf": "A3" }), To("held")), ("tell", json!({}), To("told"))],
    );
    let due = told.due_at().unwrap();
    assert_eq!(due, desk.now + TimeDelta::days(3));
    desk.now += TimeDelta::days(2);
    let reminded = desk.walk(number, vec![("tell", json!({ "told_how": "phone" }), To("told"))]);
    assert_eq!(reminded.due_at(), Some(due), "a reminder gives no more time");
    desk.now += TimeDelta::days(2);
    assert_eq!(desk.findings(number), ["held-not-fetched"]);
    let card = json!({ "collected_by": "张建国", "checked_how": "id-card" });
    let collected = desk.walk(
        number,
        vec![
            ("collect", json!({}), Not("desk.why.required")),
            ("collect", card, Not("held.why.no_card")),
            (
                "collect",
                json!({ "collected_by": "张建国", "checked_how": "id-card", "id_number": "320102198001011234" }),
                To("collected"),
            ),
            ("return", json!({ "returned_why": "refused", "returned_to": "快递" }), Not("desk.why.not_in_state")),
        ],
    );
    assert_eq!(collected.text("id_number").as_deref(), Some("320***********1234"));
    let other = desk.opened("held", given);
    desk.now += TimeDelta::days(2);
    assert_eq!(desk.findings(&other.number), ["held-not-told", "not-on-shelf"]);
    desk.walk(
        &other.number,
        vec![
            ("return", json!({ "returned_why": "refused" }), Not("desk.why.required")),
            ("return", json!({ "returned_why": "refused", "returned_to": "快递员小李" }), To("returned")),
        ],
    );
}

fn person(name: &str, newcomer: bool) -> Value {
    json!({ "name": name, "newcomer": newcomer })
}

#[test]
fn a_course_is_assessed_after_it_was_held_and_its_rates_are_computed() {
    let mut desk = Desk::new();
    let people =
        json!([person("何勇", true), person("徐秀珍", true), person("刘刚", false), person("李娜", false)]);
    let course = |people: Value| json!({ "course": "入职", "date": "2026-11-24", "hours": 4_000, "lecturer": "王敏", "participants": people });
    let twice = course(json!([person("何勇", true), person("何勇", false)]));
    assert_eq!(desk.open("training", twice).unwrap_err(), "training.why.twice");
    let training = desk.opened("training", course(people));
    let number = training.number.clone();
    let marks = |passed: bool| json!({ "results": [{ "name": "何勇", "passed": true, "score": 91 }, { "name": "徐秀珍", "passed": passed, "score": 55 }, { "name": "刘刚", "passed": true }] });
    let boss = |desk: &mut Desk, action: &str, given: Value| {
        desk.act_as(true, &number, action, given).map(|case| case.state)
    };
    assert_eq!(boss(&mut desk, "assess", marks(true)), Err("desk.why.not_in_state".into()));
    let present = json!([person("何勇", true), person("徐秀珍", true), person("刘刚", false)]);
    desk.walk(
        &training.number,
        vec![
            ("hold", json!({ "date": "2026-11-30" }), Not("desk.why.day_not_yet")),
            ("hold", json!({ "attended": present }), To("held")),
            ("assess", marks(true), Not("desk.why.needs_role")),
        ],
    );
    for (results, refused) in [
        (json!([{ "name": "李娜", "passed": true }]), "training.why.did_not_come"),
        (json!([{ "name": "何勇", "passed": true }]), "training.why.no_result"),
        (
            json!([{ "name": "何勇", "passed": true }, { "name": "何勇", "passed": false }]),
            "training.why.twice",
        ),
    ] {
        assert_eq!(boss(&mut desk, "assess", json!({ "results": results })), Err(refused.into()));
    }
    assert_eq!(boss(&mut desk, "assess", marks(false)), Ok("assessed".into()));
    let rates = |desk: &Desk| {
        let case = desk.case(&training.number);
        ["trained_rate", "passed_rate", "newcomers_trained_rate", "newcomers_passed_rate"]
            .map(|key| case.get(key).as_u64())
    };
    assert_eq!(rates(&desk), [Some(75), Some(66), Some(100), Some(50)]);
    assert_eq!(boss(&mut desk, "close", json!({})), Err("training.why.no_makeup".into()));
    assert_eq!(boss(&mut desk, "retest", marks(true)), Ok("assessed".into()));
    assert_eq!(rates(&desk), [Some(75), Some(100), Some(100), Some(100)]);
    assert_eq!(boss(&mut desk, "close", json!({ "makeup": "李娜下周补训" })), Ok("closed".into()));
}

#[test]
fn a_course_that_all_passed_closes_and_one_that_was_forgotten_is_found() {
    let mut desk = Desk::new();
    let given = json!({ "course": "礼仪", "date": "2026-11-24", "hours": 1_500, "lecturer": "赵立", "participants": [person("李娜", false)] });
    let training = desk.opened("training", given);
    assert!(desk.findings(&training.number).is_empty());
    desk.now += TimeDelta::days(1);
    assert_eq!(desk.findings(&training.number), ["training-not-held"]);
    desk.walk(&training.number, vec![("hold", json!({}), To("held"))]);
    assert_eq!(desk.findings(&training.number), ["training-not-assessed"]);
    // Everybody who came passes, if nothing else is said.
    let assessed = desk.act_as(true, &training.number, "assess", json!({})).unwrap();
    assert_eq!(assessed.detail["results"], json!([{ "name": "李娜", "passed": true }]));
    assert_eq!(assessed.get("newcomers_passed_rate"), Value::Null, "a rate of nobody is none");
    assert_eq!(desk.act_as(true, &training.number, "close", json!({})).unwrap().state, "closed");
}

/// The source's table (§三(一)2) is added up; the total that stands under it there is wrong.
#[test]
fn the_equipment_of_the_source_comes_to_its_sum() {
    let mut desk = Desk::new();
    let table: toml::Table = toml::from_str(include_str!("../assets/settings/equipment.toml")).unwrap();
    let mut ledger = Vec::new();
    for thing in table["thing"].as_array().unwrap() {
        let mut given = serde_json::to_value(thing).unwrap();
        given["price"] = (given["price"].as_i64().unwrap() * 100).into();
        let case = desk.opened("equipment", given);
        let entry: Equipment = case.typed().unwrap();
        assert_eq!(entry.total, Some(entry.sum()));
        ledger.push(case);
    }
    let total = |name: &str| {
        let thing = ledger.iter().find(|case| case.text("thing").as_deref() == Some(name)).unwrap();
        thing.get("total").as_i64().unwrap() / 100
    };
    let source = [
        ("电脑", 12_000),
        ("打印机", 3_000),
        ("复印机", 2_000),
        ("传真机", 12_000),
        ("电话机", 200),
        ("对讲机", 1_500),
        ("办公桌椅", 3_000),
        ("文件柜", 2_000),
        ("沙发、茶几", 1_500),
        ("饮水机", 300),
        ("办公文具", 400),
    ];
    assert_eq!(ledger.len(), source.len());
    for (name, yuan) in source {
        assert_eq!(total(name), yuan, "{name}");
    }
    assert_eq!(equipment::KIND.sum(ledger.iter()), Some(3_790_000), "not the source's own total of 11440");
    assert_eq!(STANDARD.get("training").unwrap().sum(ledger.iter()), None, "nothing is added up there");
    // What is scrapped is worth nothing any more.
    let fax = ledger.iter_mut().find(|case| case.text("thing").as_deref() == Some("传真机")).unwrap();
    let scrapped = desk.act_as(true, &fax.number, "scrap", json!({ "scrapped_why": "worn-out" })).unwrap();
    *fax = scrapped;
    assert_eq!(equipment::KIND.sum(ledger.iter()), Some(2_590_000));
}

#[test]
fn equipment_is_repaired_counted_corrected_and_scrapped() {
    let mut desk = Desk::new();
    let dear = json!({ "thing": "楼", "count": 99_999, "price": 1_000_000_000_000_i64 });
    assert_eq!(desk.open("equipment", dear).unwrap_err(), "desk.why.money_range");
    let typed = json!({ "thing": "打印机", "count": 2, "price": 150_000, "total": 1 });
    assert_eq!(
        desk.open("equipment", typed).unwrap_err(),
        "desk.why.unknown_field",
        "totals are never typed"
    );
    let printer = desk.opened("equipment", json!({ "thing": "打印机", "count": 2, "price": 150_000 }));
    let number = printer.number.as_str();
    let correct = || json!({ "count": 1, "price": 160_000, "reason": "盘点少一台" });
    desk.walk(number, vec![("repair", json!({ "fault": "不通电" }), To("repair"))]);
    desk.now += TimeDelta::days(8);
    assert_eq!(desk.findings(number), ["equipment-not-back"]);
    desk.walk(number, vec![("back", json!({}), To("in-use"))]);
    let counted = desk.walk(
        number,
        vec![
            ("repair", json!({ "fault": "卡纸" }), To("repair")),
            ("take-stock", json!({ "counted": 1 }), Not("desk.why.not_in_state")),
            ("back", json!({ "cost": 8_000 }), To("in-use")),
            ("repair", json!({ "fault": "又卡纸" }), To("repair")),
            ("back", json!({ "cost": 2_000 }), To("in-use")),
            ("take-stock", json!({ "counted": 1 }), To("in-use")),
            ("correct", correct(), Not("desk.why.needs_role")),
            ("scrap", json!({ "scrapped_why": "worn-out" }), Not("desk.why.needs_role")),
        ],
    );
    assert_eq!(
        (counted.detail["repairs"].as_i64(), counted.detail["repair_costs"].as_i64()),
        (Some(3), Some(10_000))
    );
    assert_eq!(desk.findings(number), ["stock-differs"]);
    let corrected = desk.act_as(true, number, "correct", correct()).unwrap();
    assert_eq!(corrected.detail["total"], 160_000);
    assert!(desk.findings(number).is_empty());
    let scrapped = desk.act_as(true, number, "scrap", json!({ "scrapped_why": "worn-out" })).unwrap();
    assert_eq!((scrapped.state.as_str(), scrapped.closed_at.is_some()), ("scrapped", true));
}
