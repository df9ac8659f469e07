//! What people type: dates, times, spans, money, units, telephone numbers, searches.

use chrono::NaiveDate;
use qiantai::text::pinyin;
use qiantai::text::plain::{harmless, plain};
use qiantai::text::typed;
use qiantai::text::width::{fit, width};

use crate::dice::fuzz;
use crate::office::{Office, now};

const MOMENTS: &[&str] = &[
    "15:30",
    "+2h",
    "明天 10:00",
    "周五 9点",
    "tomorrow 10am",
    "2026-11-24 09:41",
    "11-24",
    "下周三下午3点半",
    "后天",
    "1天2小时",
    "90m",
    "昨天 23:59",
    "next friday 5pm",
    "十一月二十四日",
    "24:00",
    "9点一刻",
    "-5",
    "2026/2/29",
    "noon",
];

const UNITS: &[&str] =
    &["3-2-1501", "3 2 1501", "321501", "3栋2单元1501室", "１２－１－０１０１", "A座-1-3", "B1-车库"];

const PHONES: &[&str] = &[
    "13800005678",
    "138 0000 5678",
    "+86 138-0000-5678",
    "0755-8888 6666-123",
    "8888666",
    "１３８００００５６７８",
    "转12",
];

const MONEY: &[&str] =
    &["12.50", "1,234.5", "¥300", "300元", "-1", "0.005", "九十", "1e9", "99999999999999999999"];

const SEARCHES: &[&str] = &[
    "张建国",
    "zjg",
    "3-2-1501",
    "5678",
    "楼上漏水",
    "报修 未结",
    "BX-20261124-007",
    "%",
    "_",
    "\"",
    "张 漏水 3-2",
    "的",
    "NEAR(a b)",
    "a* OR b",
    "x'; DROP TABLE cases; --",
];

#[test]
fn dates_and_spans() {
    fuzz(&[], |dice| {
        let text = dice.like(MOMENTS);
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day");
        let at = typed::when(&text, now(), chrono_tz::Asia::Shanghai);
        if let Ok(at) = at {
            assert!(at.timestamp().abs() < 1 << 40, "{text:?} is {at}");
        }
        drop((typed::date(&text, today), typed::time(&text), typed::span(&text)));
    });
}

#[test]
fn units_phones_and_money() {
    fuzz(&[156_322], |dice| {
        if let Ok(unit) = typed::unit(&dice.like(UNITS)) {
            // What is kept is taken again as the same.
            assert_eq!(typed::unit(&unit.label()).expect("a label").label(), unit.label());
        }
        let typed_phone = dice.like(PHONES);
        if let Ok(phone) = typed::phone(&typed_phone) {
            assert_eq!(typed::phone(&phone).as_ref(), Ok(&phone), "{typed_phone:?}");
        }
        drop(typed::money(&dice.like(MONEY)));
    });
}

#[test]
fn any_text_is_measured_cut_and_made_harmless() {
    fuzz(&[], |dice| {
        let text: String = (0..dice.below(60)).map(|_| dice.char()).collect();
        let columns = dice.below(40);
        assert!(width(&fit(&text, columns)) <= columns, "{text:?} in {columns}");
        assert!(!harmless(&text).contains(|c: char| c.is_control()), "{text:?}");
        drop((plain(&text), pinyin::keys(&text)));
    });
}

#[test]
fn searches() {
    let office = Office::standard();
    fuzz(&[], |dice| {
        let text = dice.like(SEARCHES);
        office.store.find_households(&text, 20).expect("an answer");
        office.store.find_cases(&text, chrono::NaiveDate::default(), 50).expect("an answer");
    });
}
