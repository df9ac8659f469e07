//! Finding cases by their number, unit, telephone, contact, and by anything written in them.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{Session, directory};
use qiantai::desk::household::{Household, Occupancy};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use serde_json::{Value, json};
use tempfile::TempDir;

struct Book {
    store: Store,
    session: Session,
    now: DateTime<Utc>,
    _directory: TempDir,
}

impl Book {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (store, session) = toy::set_up_with(directory.path(), STANDARD, &toy::settings());
        Self { store, session, now: "2026-11-24T01:00:00Z".parse().unwrap(), _directory: directory }
    }

    /// Opens a call and gives its number.
    fn call(&mut self, values: Value) -> String {
        self.now += TimeDelta::seconds(60);
        let new = NewCase { kind: "call".into(), values: toy::values(values), ..NewCase::default() };
        cases::open(&mut self.store, &self.session, self.now, &new).unwrap().case.number
    }

    fn act(&mut self, number: &str, action: &str, inputs: Value) {
        self.now += TimeDelta::seconds(60);
        cases::act(&mut self.store, &self.session, self.now, number, action, &toy::values(inputs), None)
            .unwrap();
    }

    fn found(&self, query: &str) -> Vec<String> {
        self.store.find_cases(query, 10).unwrap().into_iter().map(|row| row.case.number).collect()
    }
}

#[test]
fn a_case_is_found_by_everything_it_says() {
    let mut book = Book::new();
    let pipe = book.call(json!({
        "unit": "3-2-1501", "contact": "单雄信", "phone": "13800005678", "about": "repair",
        "content": "厨房水管爆裂,水已关总阀。ABC-12 号阀"
    }));
    let noise =
        book.call(json!({ "unit": "1-1-0904", "contact": "曾国藩", "content": "楼上噪音 Noise at night" }));
    book.act(&pipe, "note", json!({ "note": "工程部李强说下午带胶圈来" }));
    assert_eq!((pipe.as_str(), noise.as_str()), ("LD-20261124-001", "LD-20261124-002"));
    for query in [
        "LD-20261124-001",
        "ld-20261124-001",
        "ＬＤ－２０２６１１２４－００１",
        "20261124-001",
        "1124-001",
        "001",
        "3-2-1501",
        "3 2 1501",
        "3栋2单元1501",
        "13800005678",
        "138 0000 5678",
        "5678",
        "1380",
        "单雄信",
        "雄信",
        "sxx",
        "shanxiongxin",
        "danxiongxin",
        "shanxiong",
        "厨房",
        "水管爆裂",
        "关总阀",
        "爆",
        "阀",
        "abc-12",
        "ABC",
        "c-1",
        "厨房 总阀",
        "工程部",
        "胶圈",
        "李强 厨房",
        "胶",
    ] {
        assert_eq!(book.found(query), [pipe.as_str()], "{query}");
    }
    for query in ["楼上噪音", "noise", "AT NIGHT", "音", "zgf", "zengguofan", "1-1-0904", "002"] {
        assert_eq!(book.found(query), [noise.as_str()], "{query}");
    }
    for query in
        ["", "  ", "水管漏", "管水", "\"", "*", "a AND", "NEAR(", "003", "1124-003", "%", "鲸", "9-9-999"]
    {
        assert_eq!(book.found(query), Vec::<String>::new(), "{query:?}");
    }
}

#[test]
fn what_was_corrected_is_found_by_what_it_says_now() {
    let mut book = Book::new();
    let call = book.call(json!({ "contact": "张建国", "content": "门锁打不开" }));
    book.act(&call, "amend", json!({ "contact": "郑建刚", "content": "门禁打不开", "reason": "听错了" }));
    assert_eq!(book.found("郑建刚"), [call.as_str()]);
    assert_eq!(book.found("zhengjiangang"), [call.as_str()]);
    assert_eq!(book.found("门禁"), [call.as_str()]);
    assert_eq!(book.found("打不开"), [call.as_str()]);
    assert_eq!(book.found("听错"), [call.as_str()]);
    for gone in ["张建国", "zhangjianguo", "门锁"] {
        assert_eq!(book.found(gone), Vec::<String>::new(), "{gone}");
    }
}

#[test]
fn open_cases_come_before_ended_ones_and_newer_before_older() {
    let mut book = Book::new();
    let numbers: Vec<String> = (0..4).map(|_| book.call(json!({ "content": "电梯异响" }))).collect();
    book.act(&numbers[3], "answered", json!({ "answer": "已答复" }));
    let expected = [&numbers[2], &numbers[1], &numbers[0], &numbers[3]];
    assert_eq!(book.found("电梯"), expected.map(String::as_str));
    assert_eq!(book.found("梯"), expected.map(String::as_str));
}

#[test]
fn digits_without_separators_are_a_unit_when_the_directory_knows_it() {
    let mut book = Book::new();
    let call = book.call(json!({ "unit": "3-2-1501", "content": "问物业费" }));
    assert_eq!(book.found("321501"), Vec::<String>::new());
    let household = Household {
        unit: "3-2-1501".into(),
        area: None,
        occupancy: Occupancy::MovedIn,
        moved_in: None,
        arrears: 0,
        residents: Vec::new(),
    };
    directory::save_household(&mut book.store, &book.session, book.now, None, &household).unwrap();
    assert_eq!(book.found("321501"), [call.as_str()]);
    assert_eq!(book.store.find_households("321501", 5).unwrap()[0].open, 1);
}
