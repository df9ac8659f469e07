//! What ties the services together: a household comes, renovates and goes, its page has all of it, and the
//! evening finds what was forgotten on the way.

use std::collections::BTreeSet;

use qiantai::counter::household_file;
use qiantai::desk::household::Occupancy;
use qiantai::store::cases::Query;
use qiantai::store::past::Past;
use serde_json::{Value, json};

use super::office::{
    Office, UNIT,
    Who::{Boss, Desk},
    application,
};

/// The steps of a move-in, each with what is given; the keys come when all before them is done.
fn steps() -> Vec<(&'static str, Value)> {
    vec![
        ("notify", json!({})),
        ("check-notice", json!({ "notice": "RZ-1" })),
        ("sign-covenant", json!({ "signed_by_both": true })),
        (
            "fill-form",
            json!({ "id_checked": true, "residents": [
                { "name": "张建国", "relation": "owner", "phone": "13800005678" },
                { "name": "李梅", "relation": "family" }
            ]}),
        ),
        ("hand-out", json!({})),
        ("offer-renovation", json!({ "renovation": "wanted" })),
        ("sign-receipt", json!({ "items": [{ "what": "门禁卡", "count": 2 }] })),
        ("pay-charges", json!({ "charges": [{ "what": "物业费", "amount": 60_000 }], "document": "SJ-1" })),
        (
            "inspect",
            json!({ "water": 0, "electricity": 1_000, "defects": [{ "what": "阳台门关不严" }, { "what": "漏水" }] }),
        ),
        ("hand-keys", json!({ "keys": [{ "what": "入户门", "count": 3 }] })),
        ("file-papers", json!({ "office_file": "A-3", "household_file": "15" })),
    ]
}

fn move_in(office: &mut Office) -> String {
    office.open("move-in", json!({ "unit": UNIT, "contact": "张建国", "phone": "13800005678" }))
}

fn move_out(office: &mut Office, leaving_on: &Value) -> String {
    office.open("move-out", json!({ "unit": UNIT, "contact": "张建国", "leaving_on": leaving_on }))
}

/// The numbers of the cases of a kind that are open for the household.
fn open_of(office: &Office, kind: &str) -> Vec<String> {
    let query = Query {
        kind: Some(kind.into()),
        unit: Some(UNIT.into()),
        open: Some(true),
        limit: 50,
        ..Query::default()
    };
    office.store.list(&query).unwrap().rows.into_iter().map(|row| row.case.number).collect()
}

/// Opens a case out of another one and gives its number.
fn beside(office: &mut Office, number: &str, kind: &str, mut given: Value) -> String {
    given["into"] = kind.into();
    office.act(Desk, number, "open-beside", given);
    let link = office.case(number).links.pop().expect("both are linked");
    assert!(office.case(&link.number).links.iter().any(|back| back.number == number), "{kind} points back");
    link.number
}

#[test]
fn a_household_comes_renovates_and_goes() {
    let mut office = Office::new();
    office.household(Occupancy::Vacant, 0);
    let mut brought = BTreeSet::new();

    // It moves in: accounts beside the steps, a repair for each defect, a card for its car.
    let arrival = move_in(&mut office);
    for account in ["water-electricity", "gas", "cable-tv", "bank-mandate"] {
        office.act(Desk, &arrival, "open-account", json!({ "account": account }));
    }
    let until = office.day(300);
    let card = beside(
        &mut office,
        &arrival,
        "permit",
        json!({ "sort": "parking", "plate": "粤B1", "card_number": "C1", "valid_until": until, "deposit": 10_000 }),
    );
    for (step, given) in steps() {
        assert_ne!(office.flat().occupancy, Occupancy::MovedIn, "{step} is still to be done");
        office.act(Desk, &arrival, step, given);
    }
    assert_eq!((office.state(&arrival).as_str(), office.flat().occupancy), ("moved-in", Occupancy::MovedIn));
    assert!(office.flat().residents.iter().any(|one| one.name == "张建国" && one.phones == ["13800005678"]));
    let (accounts, repairs) = (open_of(&office, "account"), open_of(&office, "repair"));
    assert_eq!((accounts.len(), repairs.len()), (4, 2));
    for (at, account) in accounts.iter().enumerate() {
        let papers = json!({
            "papers": [{ "paper": "id-card" }], "bank": "工商银行", "holder": "张建国", "card": "6222021234567891234"
        });
        office.act(Desk, account, "complete", papers);
        office.act(Desk, account, "submit", json!({ "submitted_to": "营业厅" }));
        office.act(Desk, account, "opened", json!({ "account_number": format!("88{at}") }));
        assert_eq!(office.act(Desk, account, "tell", json!({})), "told");
    }
    for repair in &repairs {
        let linked = office.case(repair).links.iter().any(|link| link.number == arrival);
        assert!(linked, "a defect is of its move-in");
        office.act(Boss, repair, "void", json!({ "reason": "开发商自行处理" }));
    }
    brought.extend([arrival, card.clone()].into_iter().chain(accounts).chain(repairs));

    // It renovates: workers with passes, things that leave, somebody who looks at the works.
    office.days(20);
    let works = office.permitted();
    let worker = office.worker(&works, "刘工", "A1");
    let tomorrow = office.in_days(1);
    let material = json!({
        "purpose": "renovation-material", "lines": [{ "name": "拆下的瓷砖", "count": 20 }], "valid_until": tomorrow
    });
    let pass = beside(&mut office, &works, "release-pass", material);
    office.act(Desk, &pass, "approve", json!({}));
    office.act(Desk, &works, "start", json!({}));
    assert_eq!(office.flat().occupancy, Occupancy::Renovating);
    office.days(2);
    assert_eq!(office.sweep(), [pass.as_str()], "nobody came for the tiles");
    office.act(Desk, &works, "patrol", json!({ "who": "陈静" }));
    office.act(Desk, &works, "request-acceptance", json!({}));
    office.act(Desk, &works, "pass", json!({}));
    assert_eq!((office.state(&worker).as_str(), office.flat().occupancy), ("ended", Occupancy::MovedIn));
    office.act(Desk, &worker, "return", json!({}));
    office.act(Desk, &works, "return-deposit", json!({ "back_receipt": "TK-1" }));
    brought.extend([works, worker, pass]);

    // It moves out, and nothing of what it was given is left.
    office.days(100);
    let day = office.day(1);
    let leaving = move_out(&mut office, &day);
    office.act(Desk, &leaving, "settle-charges", json!({ "document": "SJ-9" }));
    office.act(Desk, &leaving, "read-meters", json!({ "meters": [{ "meter": "water", "reading": 9_000 }] }));
    office.act(Desk, &leaving, "return-keys", json!({ "keys": [{ "what": "入户门", "count": 3 }] }));
    office.act(Desk, &leaving, "cancel-permits", json!({}));
    assert_eq!(office.state(&card), "ended");
    office.act(Desk, &card, "return", json!({}));
    office.act(
        Desk,
        &leaving,
        "return-deposits",
        json!({ "deposits": [{ "what": "车卡", "amount": 10_000 }] }),
    );
    let tomorrow = office.in_days(1);
    let things = json!({ "lines": [{ "name": "沙发", "count": 1 }], "valid_until": tomorrow });
    let pass = beside(&mut office, &leaving, "release-pass", things);
    office.act(Desk, &pass, "approve", json!({}));
    office.act(Desk, &leaving, "link-pass", json!({ "pass": pass }));
    let guard = office.settings.staff.iter().find(|one| one.department == "security").unwrap().name.clone();
    office.act(Desk, &pass, "check-out", json!({ "guard": guard }));
    assert_eq!(office.act(Desk, &leaving, "leave", json!({})), "moved-out");
    assert_eq!(office.flat().occupancy, Occupancy::MovedOut);
    brought.extend([leaving, pass]);
    for kind in office.store.kinds().iter() {
        assert!(open_of(&office, kind.id).is_empty(), "{} is still open", kind.id);
    }

    // Its file has all of it.
    let leaves =
        household_file::leaves(&office.store, &office.at_the_desk(), UNIT, Past::After(None), 1_000).unwrap();
    let filed: BTreeSet<String> = leaves.into_iter().filter_map(|leaf| Some(leaf.of?.number)).collect();
    assert_eq!(filed, brought);
}

/// What the evening finds of a case after some days; nothing of that before them, or when it was done.
struct Forgotten {
    office: Office,
    number: String,
    finding: &'static str,
}

impl Forgotten {
    #[track_caller]
    fn begin(finding: &'static str, open: impl FnOnce(&mut Office) -> String) -> Self {
        let mut office = Office::new();
        let number = open(&mut office);
        let forgotten = Self { office, number, finding };
        assert!(!forgotten.is_found(), "{finding}: nothing is forgotten yet");
        forgotten
    }

    fn is_found(&self) -> bool {
        self.office.findings(&self.number).iter().any(|found| found == self.finding)
    }

    /// Found on that day, not on the one before.
    #[track_caller]
    fn after(mut self, days: i64) -> Self {
        self.office.days(days - 1);
        assert!(!self.is_found(), "{}: there is time until tomorrow", self.finding);
        self.office.days(1);
        let found = self.office.findings(&self.number);
        assert!(self.is_found(), "{}: {found:?}", self.finding);
        self
    }

    #[track_caller]
    fn until(mut self, action: &str, given: Value) {
        self.office.act(Boss, &self.number, action, given);
        assert!(!self.is_found(), "{}: {action} was done", self.finding);
    }
}

#[test]
fn a_move_in_that_was_forgotten_is_found() {
    let up_to = |office: &mut Office, last: &str| {
        let number = move_in(office);
        for (step, given) in steps() {
            office.act(Desk, &number, step, given);
            if step == last {
                break;
            }
        }
        number
    };
    Forgotten::begin("move-in-stalled", |office| up_to(office, "notify"))
        .after(14)
        .until("check-notice", json!({ "notice": "RZ-1" }));
    // Whoever has the keys lives there, and the directory says that the flat is empty.
    Forgotten::begin("move-in-unfiled", |office| up_to(office, "hand-keys"))
        .after(2)
        .until("file-papers", json!({ "office_file": "A-3", "household_file": "15" }));
    let account = |office: &mut Office| {
        let number = move_in(office);
        office.act(Desk, &number, "open-account", json!({ "account": "gas" }));
        office.case(&number).links[0].number.clone()
    };
    let papers = json!({ "papers": [{ "paper": "id-card" }] });
    let mut applied = Forgotten::begin("promise-broken", account).after(2);
    applied.office.act(Desk, &applied.number, "complete", papers);
    applied.until("submit", json!({ "submitted_to": "燃气公司" }));
}

#[test]
fn a_move_out_that_was_forgotten_is_found() {
    Forgotten::begin("move-out-overdue", |office| {
        let day = office.day(3);
        move_out(office, &day)
    })
    .after(4)
    .until("void", json!({ "reason": "不搬了" }));
    Forgotten::begin("move-out-stalled", |office| move_out(office, &Value::Null))
        .after(14)
        .until("settle-charges", json!({ "document": "SJ-1" }));
    // A card that was cancelled with it and is not back.
    Forgotten::begin("permit-unreturned", |office| {
        let until = office.day(60);
        let card = json!({
            "sort": "parking", "unit": UNIT, "contact": "张建国", "plate": "粤B1", "card_number": "C1",
            "valid_until": until
        });
        let card = office.open("permit", card);
        let number = move_out(office, &Value::Null);
        assert_eq!(office.findings(&card), [] as [&str; 0]);
        office.now += chrono::TimeDelta::hours(1);
        office.act(Desk, &number, "cancel-permits", json!({}));
        assert_eq!(office.findings(&card), ["permit-unreturned"]);
        office.act(Desk, &card, "return", json!({}));
        card
    });
}

#[test]
fn a_renovation_that_was_forgotten_is_found() {
    // Nobody decides on the application.
    Forgotten::begin("promise-broken", |office| office.open("renovation", application()))
        .after(4)
        .until("refuse", json!({ "refused": "要拆承重墙" }));
    // All is decided, and nothing comes of it.
    let idle = Forgotten::begin("works-not-begun", Office::permitted).after(8);
    assert_eq!(idle.office.findings(&idle.number), ["works-not-begun"], "it was decided in time");
    idle.until("start", json!({}));
    // The permit is about to end, and then it has.
    let mut ending = Forgotten::begin("works-permit-ending", |office| {
        let number = office.permitted();
        office.act(Desk, &number, "start", json!({}));
        number
    })
    .after(28);
    ending.office.days(3);
    assert!(!ending.is_found(), "what has ended is not about to");
    assert!(ending.office.findings(&ending.number).contains(&"works-without-permit".to_owned()));
}
