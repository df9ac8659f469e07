//! Typed text becomes the record's form, or says what is wrong.

use chrono::TimeZone;
use serde_json::json;

use super::*;
use crate::desk::field::FieldType as T;

const LINE: &[Field] = &[
    Field::required("name", T::Text),
    Field::new("count", T::Count { min: 1, max: 99 }),
    Field::new("price", T::Money),
];

fn settings() -> Settings {
    serde_json::from_value(json!({
        "community": "蔚蓝新都",
        "calendar": crate::desk::calendar::ServiceCalendar::default(),
        "promises": [],
        "catalogues": [{ "id": "complaint-code", "items": [
            { "code": "service.attitude", "zh": "服务态度", "en": "Manners" },
            { "code": "service.other", "zh": "其他", "en": "Other" },
            { "code": "noise.other", "zh": "其他", "en": "Other" },
        ]}],
        "charges": [],
        "staff": [{ "name": "李强", "department": "engineering" }],
        "phrases": [],
        "soon_minutes": 30,
    }))
    .unwrap()
}

fn typed(ty: T, text: &str) -> Result<Value, String> {
    let settings = settings();
    let now = chrono::Utc.with_ymd_and_hms(2026, 11, 24, 1, 0, 0).unwrap();
    let typing = Typing { kind: "repair", now, settings: &settings, kinds: crate::desk::kinds::STANDARD };
    typed_value(&Field::new("thing", ty), text, &typing).map_err(|why| {
        assert_eq!(why.field.as_deref(), Some("thing"));
        why.key
    })
}

#[test]
fn values_come_in_the_form_of_the_record() {
    let count = T::Count { min: 0, max: 10_000 };
    for (ty, text, value) in [
        (T::Text, "  三号楼 ", json!("三号楼")),
        (T::Text, "   ", Value::Null),
        (T::Flag, "是", json!(true)),
        (T::Flag, "YES", json!(true)),
        (T::Flag, "没有", json!(false)),
        (T::Flag, "false", json!(false)),
        (count, "１２", json!(12)),
        (count, "1,200", json!(1200)),
        (T::Money, "12.50", json!(1250)),
        (T::Reading, "1234.5", json!(1_234_500)),
        (T::Reading, "７", json!(7000)),
        (T::Day, "2026-11-26", json!("2026-11-26")),
        (T::Day, "明天", json!("2026-11-25")),
        (T::Instant, "明天 10:00", json!("2026-11-25T02:00:00Z")),
        (T::Phone, "１３８０００５６７８９", json!("13800056789")),
        (T::Unit, "３－２－１５０１", json!("3-2-1501")),
        (T::Unit, "小区花园", json!("小区花园")),
        (T::Plate, "粤b 12345", json!("粤B12345")),
        (T::CaseNumber, "bx－20261124－007", json!("BX-20261124-007")),
        (T::Catalogue("complaint-code"), "noise.other", json!("noise.other")),
        (T::Catalogue("complaint-code"), "服务态度", json!("service.attitude")),
        (T::Catalogue("complaint-code"), "manners", json!("service.attitude")),
        (T::Staff, "李强", json!("李强")),
        (T::Choice(&["urgent", "normal"]), "Urgent", json!("urgent")),
        (
            T::Lines(LINE),
            r#"[{"name": "沙发", "count": 2, "price": "12.50"}, {"name": 7}]"#,
            json!([{ "name": "沙发", "count": 2, "price": 1250 }, { "name": "7" }]),
        ),
    ] {
        assert_eq!(typed(ty, text), Ok(value), "{ty:?} {text}");
    }
}

#[test]
fn refusals_say_what_is_wrong() {
    for (ty, text, key) in [
        (T::Flag, "vielleicht", "value.error.flag"),
        (T::Count { min: 0, max: 9 }, "drei", "value.error.count"),
        (T::Count { min: 0, max: 9 }, "10", "desk.why.out_of_range"),
        (T::Reading, "1.2345", "value.error.reading"),
        (T::Reading, "-1", "value.error.reading"),
        (T::Reading, ".", "value.error.reading"),
        (T::Money, "viel", "text.error.money"),
        (T::Day, "irgendwann", "text.error.date"),
        (T::Day, "30 February", "text.error.no_such_day"),
        (T::Phone, "1.38E+10", "text.error.digits_lost"),
        (T::Catalogue("complaint-code"), "其他", "value.error.ambiguous"),
        (T::Catalogue("complaint-code"), "天气", "value.error.code"),
        (T::Staff, "无此人", "desk.why.not_staff"),
        (T::Choice(&["urgent", "normal"]), "sofort", "desk.why.not_option"),
        (T::Lines(LINE), "沙发", "value.error.lines"),
        (T::Lines(LINE), r#"["沙发"]"#, "value.error.lines"),
    ] {
        assert_eq!(typed(ty, text), Err(key.to_owned()), "{ty:?} {text}");
    }
}
