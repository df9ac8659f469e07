//! Finding cases: by every part of what was written, and by words that say which are meant.

use chrono::{DateTime, Days, NaiveDate, Utc};
use qiantai::counter::Session;
use qiantai::counter::cases::{self, NewCase};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::cases::{Query, Row};
use qiantai::store::{Store, StoreError, settings as stored};
use qiantai::text::sought::{Sought, folded};
use serde_json::{Value, json};

use super::toy::{PIN, morning, set_up_with, utc, values};

/// What residents of these units bring to the counter, one a day, the last one on a Tuesday.
const BROUGHT: &[(&str, &str, &str, &str)] = &[
    ("3-2-1501", "张建国", "13800005678", "厨房水管爆裂,水已关总阀"),
    ("3-2-902", "李梅", "13900001122", "阳台地漏返水"),
    ("3-20-1501", "郑建刚", "13600000923", "车位被苏A12345占用"),
    ("13-2-101", "曾倩", "13706375690", "客厅灯不亮"),
    ("3-2-1501", "张建国", "13800005678", "Door lock broken, key stuck"),
    ("1-1-0904", "欧阳晓月", "18712346285", "水龙头漏水"),
    ("3-2-1501", "张小燕", "13800005678", "卫生间漏水到楼下902"),
    ("2-1-301", "吕布", "13711118888", "空调漏水"),
];

struct Desk {
    _directory: tempfile::TempDir,
    store: Store,
    session: Session,
    now: DateTime<Utc>,
}

impl Desk {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let settings = stored::defaults("蔚蓝新都").unwrap();
        let (store, session) = set_up_with(directory.path(), STANDARD, &settings);
        Self { _directory: directory, store, session, now: morning() }
    }

    /// Everything that is brought, each as a repair and as a call that is answered at once.
    fn full() -> Self {
        let mut desk = Self::new();
        for (back, (unit, contact, phone, content)) in (0..BROUGHT.len() as u64).rev().zip(BROUGHT) {
            desk.now = morning() - Days::new(back);
            let given = json!({ "unit": unit, "contact": contact, "phone": phone, "content": content });
            let mut repair = given.clone();
            repair["category"] = "water".into();
            desk.open("repair", repair, None);
            let mut call = given;
            call["about"] = "enquiry".into();
            desk.open("call", call, Some(("answered", json!({ "answer": "已告知师傅下午上门" }))));
        }
        desk.now = morning();
        desk
    }

    fn open(&mut self, kind: &str, given: Value, at_once: Option<(&str, Value)>) -> String {
        let at_once = at_once.map(|(action, inputs)| (action.to_owned(), values(inputs)));
        let new = NewCase { kind: kind.into(), values: values(given), at_once, ..NewCase::default() };
        cases::open(&mut self.store, &self.session, self.now, &new).unwrap().case.number
    }

    fn act(&mut self, number: &str, action: &str, inputs: Value) {
        let inputs = values(inputs);
        cases::act(&mut self.store, &self.session, self.now, number, action, &inputs, None).unwrap();
    }

    fn today() -> NaiveDate {
        "2026-11-24".parse().unwrap()
    }

    fn find(&self, query: &str) -> Vec<String> {
        let found = self.store.find_cases(query, Self::today(), 1000).unwrap();
        found.into_iter().map(|row| row.case.number).collect()
    }

    /// All cases, open ones first, then the newest.
    fn all(&self) -> Vec<Row> {
        let mut rows = self.store.list(&Query { limit: 10_000, ..Query::default() }).unwrap().rows;
        rows.sort_by_key(|row| (row.case.closed_at.is_some(), std::cmp::Reverse(row.id)));
        rows
    }

    /// The same found by looking at everything.
    fn by_looking(&self, word: &str) -> Vec<String> {
        fn texts(value: &Value, out: &mut Vec<String>) {
            match value {
                // Nobody looks for instants.
                Value::String(text) if DateTime::parse_from_rfc3339(text).is_err() => out.push(folded(text)),
                Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
                Value::Object(fields) => fields.values().for_each(|item| texts(item, out)),
                _ => {}
            }
        }
        let stands = |row: &Row| {
            let case = &row.case;
            let mut all = Vec::new();
            let header =
                json!([case.number, case.unit, case.contact, case.phone, case.category, case.detail]);
            texts(&header, &mut all);
            for entry in self.store.timeline(&case.number).unwrap() {
                texts(&json!(entry.inputs), &mut all);
            }
            let keys = case.contact.as_deref().map(qiantai::text::pinyin::keys).unwrap_or_default();
            let read = keys.initials.iter().chain(&keys.full).any(|key| key.starts_with(word));
            read || all.iter().any(|text| text.contains(word))
        };
        self.all().into_iter().filter(stands).map(|row| row.case.number).collect()
    }
}

#[test]
fn every_part_of_what_was_written_finds_its_cases() {
    let mut desk = Desk::full();
    let numbers: Vec<String> = desk.all().into_iter().map(|row| row.case.number).collect();
    for (at, number) in numbers.iter().filter(|number| number.starts_with("BX")).enumerate() {
        desk.act(number, "note", json!({ "note": format!("备用钥匙在门卫处 {at}x{at}") }));
    }
    let written = BROUGHT.iter().flat_map(|(unit, contact, phone, content)| [*unit, contact, phone, content]);
    let mut asked = std::collections::BTreeSet::new();
    for text in written.chain(["备用钥匙在门卫处", "已告知师傅下午上门", "BX-20261124-001"])
    {
        let chars: Vec<char> = folded(text).chars().collect();
        for from in 0..chars.len() {
            for to in from + 1..=chars.len().min(from + 5) {
                asked.insert(chars[from..to].iter().collect::<String>());
            }
        }
    }
    let mut compared = 0;
    for word in asked {
        // A word with a space is two; one that means a kind, a day, a unit or a serial is more than a text.
        let sought = Sought::words(&word);
        if sought.words != [word.clone()] || word.contains('-') || word.chars().all(|c| c.is_ascii_digit()) {
            continue;
        }
        assert_eq!(desk.find(&word), desk.by_looking(&word), "{word}");
        compared += 1;
    }
    assert!(compared > 300, "{compared}");
    for digits in ["5678", "1380", "123", "00005", "13800005678"] {
        let found: std::collections::BTreeSet<String> = desk.find(digits).into_iter().collect();
        assert_eq!(found, desk.by_looking(digits).into_iter().collect(), "{digits}");
    }
}

#[test]
fn words_are_found_wherever_they_stand_and_initials_too() {
    let mut desk = Desk::full();
    let burst = desk.find("爆裂")[0].clone();
    desk.act(&burst, "note", json!({ "note": "备用钥匙在门卫处" }));
    // Each word in an entry of its own.
    for query in ["爆裂 钥匙", "钥匙 张建国 爆", "zjg 钥匙", "ZHANGJIANGUO 钥匙", "门卫 5678 3-2-1501"]
    {
        assert_eq!(desk.find(query).first(), Some(&burst), "{query}");
    }
    assert_eq!(desk.find("爆裂 地漏"), Vec::<String>::new());
    assert_eq!(desk.find("苏a12345").len(), 2);
    assert_eq!(desk.find("LOCK").len(), 2);
    for nothing in ["喆", "水管爆裂了", "9999999", "zzz", "，。", "\u{1b}[2J", "\"", "a\" OR \"b", "*", ""]
    {
        assert_eq!(desk.find(nothing), Vec::<String>::new(), "{nothing:?}");
    }
}

#[test]
fn numbers_are_found_by_any_part_that_is_read_out() {
    let desk = Desk::full();
    let number = "BX-20261124-001";
    for part in [
        "BX-20261124-001",
        "bx-20261124-001",
        "20261124-001",
        "1124-001",
        "24-001",
        "-1124-001",
        "1124-0",
        "bx-20261124-0",
    ] {
        assert!(desk.find(part).iter().any(|found| found == number), "{part}: {:?}", desk.find(part));
    }
    let serials = desk.find("001");
    assert!(
        serials.len() == BROUGHT.len() * 2 && serials[0].starts_with("BX"),
        "open ones first: {serials:?}"
    );
    assert!(desk.find("24-001").iter().all(|found| found.ends_with("24-001")));
}

#[test]
fn what_was_changed_is_found_by_what_it_is_now() {
    let mut desk = Desk::full();
    let number = desk.find("爆裂")[0].clone();
    desk.act(&number, "amend", json!({ "content": "厨房水管接头松脱", "reason": "看错了" }));
    assert_eq!(desk.find("松脱"), std::slice::from_ref(&number));
    assert!(!desk.find("爆裂").contains(&number), "its call still says so");
    assert_eq!(desk.find("看错了"), std::slice::from_ref(&number));
}

#[test]
fn words_that_say_which_cases_are_meant_sift() {
    let desk = Desk::full();
    let repairs = |units: &[&str], from: &str, to: &str| -> Vec<String> {
        let (from, to): (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
        let fits = |row: &Row| {
            let day = (row.case.opened_at + chrono::TimeDelta::hours(8)).date_naive();
            let unit = row.case.unit.as_deref().unwrap_or_default();
            row.case.kind == "repair"
                && units.iter().any(|of| unit.starts_with(of))
                && from <= day
                && day <= to
        };
        desk.all().into_iter().filter(fits).map(|row| row.case.number).collect()
    };
    let (first, last) = ("2026-11-01", "2026-11-30");
    for (query, wanted) in [
        ("报修", repairs(&[""], first, last)),
        ("repair", repairs(&[""], first, last)),
        ("报修 未结", repairs(&[""], first, last)),
        ("报修 已结", Vec::new()),
        ("报修 3-2-", repairs(&["3-2-"], first, last)),
        ("repair open 3-2- last week", repairs(&["3-2-"], "2026-11-16", "2026-11-22")),
        ("报修 未结 3-2- 上周", repairs(&["3-2-"], "2026-11-16", "2026-11-22")),
        ("上周 报修", repairs(&[""], "2026-11-16", "2026-11-22")),
        ("报修 昨天", repairs(&[""], "2026-11-23", "2026-11-23")),
        ("本月 3-2-1501 报修", repairs(&["3-2-1501"], first, last)),
        ("报修 上月", Vec::new()),
    ] {
        assert_eq!(desk.find(query), wanted, "{query}");
    }
    // With words that must stand in the case.
    let leaks = desk.find("报修 漏水");
    assert!(leaks.len() == 3 && leaks.iter().all(|number| number.starts_with("BX")), "{leaks:?}");
    let today = desk.find("漏水 今天");
    assert!(today.len() == 2 && today.iter().all(|number| number.contains("20261124")), "{today:?}");
    assert_eq!(desk.find("漏水 未结 3-2-").len(), 1);
    assert_eq!(desk.find("漏水 已结 3-2-").len(), 1);
    // What names a kind may as well stand in a text.
    let mut desk = Desk::full();
    let number = desk.find("爆裂")[0].clone();
    desk.act(&number, "note", json!({ "note": "邻居也要投诉" }));
    assert_eq!(desk.find("投诉"), std::slice::from_ref(&number));
}

#[test]
fn a_batch_is_found_when_it_is_done_and_nothing_of_it_when_it_fails() {
    let mut desk = Desk::new();
    let (session, now) = (desk.session.clone(), desk.now);
    let new = |content: &str| NewCase {
        kind: "repair".into(),
        values: values(json!({ "unit": "3-2-1501", "category": "water", "content": content })),
        ..NewCase::default()
    };
    desk.store
        .batch(|store| -> qiantai::counter::Result<()> {
            for content in ["一号管井积水", "二号管井积水"] {
                cases::open(store, &session, now, &new(content))?;
            }
            // What is refused is undone alone.
            assert!(
                cases::open(store, &session, now, &NewCase { kind: "none".into(), ..new("三号管井") })
                    .is_err()
            );
            Ok(())
        })
        .unwrap();
    assert_eq!(desk.find("管井积水").len(), 2);
    let failed = desk.store.batch(|store| -> qiantai::counter::Result<()> {
        cases::open(store, &session, now, &new("四号管井积水"))?;
        Err(StoreError::Stopped.into())
    });
    assert!(failed.is_err());
    assert_eq!(desk.find("管井积水").len(), 2);
    cases::open(&mut desk.store, &session, now, &new("五号管井积水")).unwrap();
    assert_eq!(desk.find("管井积水").len(), 3);
}

#[test]
fn an_open_case_stands_before_newer_ones_that_have_ended() {
    let mut desk = Desk::new();
    let call = |content: &str| json!({ "unit": "3-2-1501", "about": "enquiry", "content": content });
    let open = desk.open("call", call("电梯停运"), None);
    // More than are read beyond what is asked for.
    let (session, now) = (desk.session.clone(), desk.now);
    desk.store
        .batch(|store| -> qiantai::counter::Result<()> {
            for _ in 0..1_100 {
                let at_once = Some(("answered".to_owned(), values(json!({ "answer": "已报修" }))));
                let values = values(call("电梯停运"));
                let new = NewCase { kind: "call".into(), values, at_once, ..NewCase::default() };
                cases::open(store, &session, now, &new)?;
            }
            Ok(())
        })
        .unwrap();
    let found = desk.store.find_cases("电梯", Desk::today(), 10).unwrap();
    assert_eq!((found.len(), &found[0].case.number), (10, &open));
    assert!(found[1].id > found[2].id);
    for query in ["电梯 未结", "电梯 3-2- 未结", "电梯 停运 来电 未结"] {
        let found = desk.store.find_cases(query, Desk::today(), 10).unwrap();
        assert_eq!(found.iter().map(|row| &row.case.number).collect::<Vec<_>>(), [&open], "{query}");
    }
}

#[test]
fn an_older_book_gets_the_index_of_texts() {
    let desk = Desk::full();
    let path = desk.store.path().unwrap().to_owned();
    let before = desk.find("漏水");
    assert!(!before.is_empty());
    let raw = rusqlite::Connection::open(&path).unwrap();
    // The form before the index of pieces.
    let version: u32 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    raw.execute_batch(
        "DROP TRIGGER used_comes; DROP TRIGGER used_goes; DROP TABLE used; DROP INDEX day_sheet_signed; DROP INDEX copy_failed; DROP TABLE case_text;
         CREATE VIRTUAL TABLE case_text USING fts5 (pairs, content = '', detail = 'none', columnsize = 0, tokenize = 'ascii');
         CREATE INDEX promise_due ON promise (due); CREATE INDEX callback_due ON callback (due);
         CREATE INDEX callback_ended ON callback (ended_at) WHERE ended_at IS NOT NULL;
         CREATE INDEX find_key_household ON find_key (household)",
    )
    .unwrap();
    // Totals were kept by other triggers then.
    let kept = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'total_%'";
    let kept: Vec<String> =
        raw.prepare(kept).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in kept {
        raw.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    let (_, triggers) = TOTALS.split_once("CREATE TRIGGER").unwrap();
    raw.execute_batch(&format!("CREATE TRIGGER{triggers}")).unwrap();
    raw.pragma_update(None, "user_version", FORM_BEFORE).unwrap();
    drop(raw);
    let store = Store::open(path.parent().unwrap(), STANDARD).unwrap();
    let found = store.find_cases("漏水", Desk::today(), 1000).unwrap();
    assert_eq!(found.into_iter().map(|row| row.case.number).collect::<Vec<_>>(), before);
    assert!(version > FORM_BEFORE);
    assert!(
        qiantai::counter::operators::login(&mut { store }, "王敏", PIN, utc("2026-11-24T12:00:00Z")).is_ok()
    );
}

/// The form of the file before the index of pieces.
const FORM_BEFORE: u32 = 13;
/// The step that first kept totals.
const TOTALS: &str = include_str!("../../assets/schema/011-totals.sql");

#[test]
fn a_search_under_way_is_broken_off() {
    let mut desk = Desk::full();
    desk.store.stop_when(|| true).unwrap();
    let stopped = (0..200)
        .any(|_| matches!(desk.store.find_cases("漏水 未结", Desk::today(), 1000), Err(StoreError::Stopped)));
    assert!(stopped);
    desk.store.stop_when(|| false).unwrap();
    assert!(!desk.find("漏水").is_empty());
}

/// Each save writes a segment of the index, of which SQLite bears two thousand: some are merged now and then.
#[test]
fn the_index_of_a_book_stays_in_few_segments_while_it_grows() {
    let mut desk = Desk::new();
    for n in 0..80 {
        desk.open("repair", json!({ "category": "water", "content": format!("漏水 {n}") }), None);
    }
    let raw = rusqlite::Connection::open(desk.store.path().unwrap()).unwrap();
    let count = "SELECT count(DISTINCT segid) FROM case_text_idx";
    let segments: i64 = raw.query_row(count, [], |row| row.get(0)).unwrap();
    assert!(segments < 20, "{segments} segments");
    let told: i64 = raw
        .query_row("SELECT count(*) FROM case_text_config WHERE k LIKE '%merge'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(told, 0, "it goes by SQLite's own");
}

/// The numbers of what is found by another connection.
fn found_by(store: &Store, query: &str) -> Vec<String> {
    store.find_cases(query, Desk::today(), 1000).unwrap().into_iter().map(|row| row.case.number).collect()
}

#[test]
fn an_open_case_is_found_as_it_is_now_whoever_changed_it() {
    let mut desk = Desk::full();
    let number = desk.find("爆裂 未结")[0].clone();
    let mut other = Store::open(desk.store.path().unwrap().parent().unwrap(), STANDARD).unwrap();
    let beside = desk.store.again().unwrap().unwrap();
    let (session, now) = (desk.session.clone(), desk.now);
    let amend = |store: &mut Store, content: &str| {
        let inputs = values(json!({ "content": content, "reason": "核实" }));
        cases::act(store, &session, now, &number, "amend", &inputs, None).map(drop)
    };
    // What was amended stays what was given with the entry: so the row itself has to say it.
    let is = |store: &Store, word: &str| {
        let found = store.find_cases(&format!("{word} 未结"), Desk::today(), 1000).unwrap();
        found.iter().any(|row| row.case.number == number && row.case.summary.contains(word))
    };
    for store in [&desk.store, &other, &beside] {
        assert!(is(store, "爆裂") && !is(store, "松脱"));
    }
    // By this connection, and by another process.
    amend(&mut desk.store, "接头松脱").unwrap();
    for store in [&desk.store, &other, &beside] {
        assert!(!is(store, "爆裂") && is(store, "松脱"));
    }
    amend(&mut other, "阀门锈死").unwrap();
    for store in [&desk.store, &other, &beside] {
        assert!(!is(store, "松脱") && is(store, "锈死"));
    }
    // What is undone was never there, also where it was found meanwhile.
    let undone = desk.store.batch(|store| -> qiantai::counter::Result<()> {
        amend(store, "管道冻裂")?;
        assert!(is(store, "冻裂") && !is(store, "锈死"));
        Err(StoreError::Stopped.into())
    });
    assert!(undone.is_err());
    for store in [&desk.store, &other, &beside] {
        assert!(!is(store, "冻裂") && is(store, "锈死"));
    }
    // The same number of entries, and others.
    amend(&mut desk.store, "龙头滴水").unwrap();
    for store in [&desk.store, &other, &beside] {
        assert!(!is(store, "冻裂") && !is(store, "锈死") && is(store, "龙头滴水"));
    }
    // A note, and its end.
    desk.act(&number, "note", json!({ "note": "备用钥匙在门卫处" }));
    let noted = |store: &Store| found_by(store, "门卫 未结") == [number.clone()];
    assert!([&desk.store, &other, &beside].into_iter().all(noted));
    desk.act(&number, "void", json!({ "reason": "住户取消" }));
    for store in [&desk.store, &other, &beside] {
        assert!(found_by(store, "门卫 未结").is_empty());
        assert_eq!(found_by(store, "门卫"), std::slice::from_ref(&number));
    }
}

#[test]
fn an_entrance_is_found_with_and_without_its_last_sign() {
    let desk = Desk::full();
    let wanted: Vec<String> = desk
        .all()
        .into_iter()
        .filter(|row| row.case.unit.as_deref().is_some_and(|unit| unit.starts_with("3-2-")))
        .map(|row| row.case.number)
        .collect();
    assert_eq!(wanted.len(), 8);
    assert_eq!(desk.find("3-2-"), wanted);
    assert_eq!(desk.find("3-2"), wanted);
    let of_902 = |row: &Row| row.case.unit.as_deref() == Some("3-2-902");
    let of_902: Vec<String> = desk.all().into_iter().filter(of_902).map(|row| row.case.number).collect();
    assert_eq!(desk.find("3-2-9"), of_902);
    // The newest of many, further and further back.
    for limit in 1..8 {
        let found = desk.store.find_cases("3-2-", Desk::today(), limit).unwrap();
        assert_eq!(found.into_iter().map(|row| row.case.number).collect::<Vec<_>>(), wanted[..limit]);
    }
}

#[test]
fn words_in_different_entries_are_found_however_far_apart_they_stand() {
    let mut desk = Desk::new();
    let (session, now) = (desk.session.clone(), desk.now);
    desk.store
        .batch(|store| -> qiantai::counter::Result<()> {
            for n in 0..500 {
                let contact = if n % 3 == 0 { "王斌" } else { "李鑫" };
                let content = if n % 5 == 0 || n > 450 { "旁边积水" } else { "电梯停运" };
                let answer = if n % 7 == 0 { "已告知师傅从旁边绕行" } else { "已报修" };
                let at_once = Some(("answered".to_owned(), values(json!({ "answer": answer }))));
                let given =
                    json!({ "unit": "3-2-1501", "contact": contact, "about": "enquiry", "content": content });
                let new =
                    NewCase { kind: "call".into(), values: values(given), at_once, ..NewCase::default() };
                cases::open(store, &session, now, &new)?;
            }
            Ok(())
        })
        .unwrap();
    for (query, words) in [
        ("王斌 旁边", ["王斌", "旁边"]),
        ("旁边 李鑫", ["旁边", "李鑫"]),
        ("绕行 积水", ["绕行", "积水"]),
        ("电梯 旁边", ["电梯", "旁边"]),
        ("wb 绕行", ["wb", "绕行"]),
    ] {
        let [first, second] = words.map(|word| desk.by_looking(word));
        let wanted: Vec<String> = first.into_iter().filter(|number| second.contains(number)).collect();
        assert!(wanted.len() > 5, "{query}");
        assert_eq!(desk.find(query), wanted, "{query}");
    }
}
