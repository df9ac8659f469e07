//! Every form of every kind: filled, empty, and with the longest that people write. A new kind is in it without
//! being named here.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use qiantai::counter::household_file::{Cover, Leaf, OfCase};
use qiantai::counter::review::{Review, Signature};
use qiantai::counter::watch::Watch;
use qiantai::desk::case::Case;
use qiantai::desk::field::{Field, FieldType, Values};
use qiantai::desk::figures::{Figures, Ratio};
use qiantai::desk::form::{CASE, Form};
use qiantai::desk::household::{Household, Occupancy, Owed, Papers, Relation, Resident};
use qiantai::desk::kind::{Kind, Severity};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::review::Finding;
use qiantai::paper::PaperError;
use qiantai::paper::engine::{Engine, Pdf};
use qiantai::paper::forms::Clerk;
use qiantai::paper::templates;
use qiantai::text::lang::{Lang, has};
use serde_json::{Value, json};

use crate::{dense, office, toy};

/// How much stands in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    Nothing,
    Usual,
    Much,
}

/// Sixty characters, the rarest among them.
fn long_name() -> String {
    "欧阳𠮷䶮".chars().chain("喆堃犇李".chars().cycle()).take(60).collect()
}

fn sample(field: &Field, filled: Filled, row: usize) -> Value {
    let much = filled == Filled::Much;
    match field.ty {
        FieldType::Text | FieldType::Colleague | FieldType::Operator | FieldType::Staff if much => {
            long_name().into()
        }
        FieldType::Text if field.key == "name" || field.key == "what" => {
            format!("第{}样东西", row + 1).into()
        }
        FieldType::Text => match field.key {
            "contact" | "foreman" | "carrier" => "张建国".into(),
            "company" | "contractor" => "美家装饰工程有限公司".into(),
            _ => format!("{}-{}", field.key, row + 1).into(),
        },
        FieldType::LongText if much => "水管在夜里爆裂,楼下也进了水。\n".repeat(12).into(),
        FieldType::LongText => "厨房水管漏水,已关总阀。".into(),
        FieldType::Flag => true.into(),
        FieldType::Count { min, max } => (3_i64).clamp(min, max).into(),
        FieldType::Money => 12_050.into(),
        FieldType::Reading => 1_234_500.into(),
        FieldType::Day => "2026-11-24".into(),
        FieldType::Instant => "2026-11-24T02:20:00Z".into(),
        FieldType::Phone => "13800005678".into(),
        FieldType::Unit => "3-2-1501".into(),
        FieldType::Plate => "粤B12345".into(),
        FieldType::Choice(options) => options[0].into(),
        FieldType::Staff | FieldType::Operator | FieldType::Colleague => "李娜".into(),
        FieldType::Kind => "repair".into(),
        FieldType::CaseNumber | FieldType::CaseOf(_) => "BX-20261124-001".into(),
        FieldType::MaskedId => "440***********1234".into(),
        FieldType::Catalogue(_) | FieldType::Scores(_) => Value::Null,
        FieldType::Checklist(steps) => {
            let record =
                json!({ "at": "2026-11-24T02:20:00Z", "by": "李娜", "document": "SJ-001", "copy": true });
            let done = steps.iter().take(if much { 99 } else { 4 });
            Value::Object(done.map(|step| ((*step).to_owned(), record.clone())).collect())
        }
        FieldType::Lines(columns) => {
            let rows = if much { 40 } else { 2 };
            (0..rows)
                .map(|row| {
                    let cells =
                        columns.iter().map(|column| (column.key.to_owned(), sample(column, filled, row)));
                    Value::Object(cells.filter(|(_, value)| !value.is_null()).collect())
                })
                .collect()
        }
    }
}

fn case(kind: &Kind, filled: Filled) -> Case {
    let number = format!("{}-20261124-007", kind.prefix);
    let blank = Case {
        number,
        kind: kind.id.to_owned(),
        state: kind.states[0].id.to_owned(),
        opened_at: toy::morning(),
        opened_by: "李娜".to_owned(),
        owner: "李娜".to_owned(),
        ..Case::default()
    };
    if filled == Filled::Nothing {
        return blank;
    }
    let values: Values = kind
        .all_fields()
        .map(|field| (field.key.to_owned(), sample(field, filled, 0)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    let text = |key: &str| values.get(key).and_then(Value::as_str).map(str::to_owned);
    Case {
        unit: text("unit"),
        contact: text("contact"),
        phone: text("phone"),
        detail: values.clone(),
        ..blank
    }
}

fn now() -> DateTime<Utc> {
    toy::morning() + TimeDelta::hours(3)
}

/// Every form with the kind that has it, but the one that collects passes.
fn forms() -> Vec<(&'static Kind, &'static Form)> {
    let own = STANDARD.iter().flat_map(|kind| kind.forms.iter().chain([&CASE]).map(move |form| (kind, form)));
    own.filter(|(_, form)| form.id != "worker-passes").collect()
}

/// Pages and their text, with what has to hold for every sheet.
fn checked(what: &str, pdf: &Pdf) -> String {
    assert!(pdf.missing.is_empty(), "{what}: {:?}", pdf.missing);
    assert!(pdf.faults.is_empty(), "{what}: {:?}", pdf.faults);
    let mut text = String::new();
    for (at, page) in pdf.pages.iter().enumerate() {
        assert!(!page.contains("5678") || page.contains("****5678"), "{what}: a telephone number in full");
        assert!(!page.contains("paper."), "{what}: the key of a word: {page}");
        writeln!(text, "-- {what}, page {} of {}\n{page}", at + 1, pdf.pages.len()).unwrap();
    }
    text
}

#[test]
fn every_form_has_a_template_and_a_name() {
    for (kind, form) in forms() {
        assert!(templates::built_in(form.id).is_some(), "{}: {}", kind.id, form.id);
        for lang in Lang::ALL {
            assert!(has(lang, &format!("paper.form.{}", form.id)), "{}", form.id);
        }
        for state in form.states {
            assert!(kind.state(state).is_some(), "{}: {} names {state}", kind.id, form.id);
        }
    }
}

#[test]
fn every_form_stands_as_it_stood() {
    let (_directory, store, boss) = office();
    let settings = store.settings().unwrap().unwrap();
    let engine = Engine::new(None);
    for (kind, form) in forms().into_iter().filter(|(_, form)| form.id != "case") {
        let mut text = String::new();
        for lang in Lang::ALL {
            let clerk = Clerk { store: &store, settings: &settings, session: &boss, now: now(), lang };
            let data = clerk.of_case(&case(kind, Filled::Usual), form, 0).unwrap();
            let pdf = engine.render(form.id, &data, lang).unwrap();
            assert_eq!(pdf.pages.len(), if form.id == "move-in" { 2 } else { 1 }, "{}", form.id);
            text.push_str(&checked(&format!("{} {lang}", form.id), &pdf));
        }
        insta::with_settings!({ prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("form-{}", form.id), text);
        });
    }
}

#[test]
fn empty_and_overfull_forms_are_whole() {
    let (_directory, store, boss) = office();
    let settings = store.settings().unwrap().unwrap();
    let engine = Engine::new(None);
    let lang = Lang::ZhCn;
    let clerk = Clerk { store: &store, settings: &settings, session: &boss, now: now(), lang };
    for (kind, form) in forms() {
        for filled in [Filled::Nothing, Filled::Much] {
            let what = format!("{} of {}, {filled:?}", form.id, kind.id);
            let case = case(kind, filled);
            let data = clerk.of_case(&case, form, 0).unwrap();
            let pdf = engine.render(form.id, &data, lang).unwrap();
            let text = dense(&checked(&what, &pdf));
            let has_contact = kind.field("contact").is_some() && form.id != "survey-form";
            if filled == Filled::Much && has_contact && form.id != "worker-pass" && form.id != "vehicle-pass"
            {
                // A name may go over several lines; its beginning and its rarest signs are there.
                assert!(text.contains("欧阳𠮷䶮喆堃犇李"), "{what}: {text}");
            }
            assert!(filled == Filled::Much || pdf.pages.len() <= 2, "{what}: {} pages", pdf.pages.len());
        }
    }
}

#[test]
fn forty_things_take_a_sheet_for_the_gate_and_one_for_the_bearer() {
    let (_directory, store, boss) = office();
    let settings = store.settings().unwrap().unwrap();
    let lang = Lang::ZhCn;
    let clerk = Clerk { store: &store, settings: &settings, session: &boss, now: now(), lang };
    let kind = STANDARD.get("release-pass").unwrap();
    let mut pass = case(kind, Filled::Usual);
    let things = |count: usize| -> Value {
        (1..=count).map(|n| json!({ "name": format!("第{n}箱书"), "count": n })).collect()
    };
    for (count, pages) in [(0, 1), (7, 1), (8, 2), (40, 2)] {
        pass.detail.insert("lines".into(), things(count));
        let data = clerk.of_case(&pass, &kind.forms[0], 0).unwrap();
        let pdf = Engine::new(None).render("release-pass", &data, lang).unwrap();
        assert_eq!(pdf.pages.len(), pages, "{count} things");
        let text = pdf.pages.join("\n");
        for n in 1..=count {
            assert_eq!(text.matches(&format!("第{n}箱书")).count(), 2, "{n} of {count}");
        }
        assert!(text.contains("门岗联") && text.contains("持条人联"), "{text}");
    }
}

#[test]
fn a_reprint_is_marked() {
    let (_directory, store, boss) = office();
    let settings = store.settings().unwrap().unwrap();
    let kind = STANDARD.get("repair").unwrap();
    for (lang, mark) in [(Lang::ZhCn, "副本2"), (Lang::En, "COPY2")] {
        let clerk = Clerk { store: &store, settings: &settings, session: &boss, now: now(), lang };
        for (copies, marked) in [(0, false), (2, true)] {
            let data = clerk.of_case(&case(kind, Filled::Usual), &kind.forms[0], copies).unwrap();
            let pdf = Engine::new(None).render("work-order", &data, lang).unwrap();
            assert_eq!(dense(&pdf.pages[0]).contains(mark), marked, "{}", pdf.pages[0]);
        }
    }
}

#[test]
fn passes_that_nobody_has_are_not_printed() {
    let (_directory, store, boss) = office();
    let settings = store.settings().unwrap().unwrap();
    let clerk = Clerk { store: &store, settings: &settings, session: &boss, now: now(), lang: Lang::En };
    let kind = STANDARD.get("renovation").unwrap();
    let form = kind.forms.iter().find(|form| form.id == "worker-passes").unwrap();
    let refused = clerk.of_case(&case(kind, Filled::Usual), form, 0);
    assert!(matches!(refused, Err(PaperError::Counter(error)) if error.to_string() == "paper.why.no_cards"));
}

fn review() -> Review {
    let finding = |number: &str, severity: Severity| Finding {
        kind: "callback-overdue".into(),
        subject: number.into(),
        unit: Some("5-1-1102".into()),
        summary: "垃圾清运".into(),
        said: Vec::new(),
        owner: "王敏".into(),
        since: toy::morning(),
        severity,
        mark: None,
    };
    let ratio = |part: u32, of: u32| Ratio { part, of };
    let figures = Figures {
        opened: [("call".to_owned(), 41), ("repair".to_owned(), 12)].into(),
        closed: [("repair".to_owned(), 9)].into(),
        open: [("repair".to_owned(), 23), ("complaint".to_owned(), 3)].into(),
        complaints_handled: ratio(9, 9),
        callbacks_made: ratio(32, 34),
        ..Figures::default()
    };
    Review {
        day: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
        figures,
        findings: vec![
            finding("TS-20261122-004", Severity::Serious),
            finding("LD-20261124-018", Severity::Notice),
        ],
        signed: Some(Signature { at: toy::morning(), by: "王敏".into() }),
        late: Vec::new(),
        watch: Watch::default(),
    }
}

#[test]
fn the_report_of_a_day_and_the_file_of_a_household_stand_as_they_stood() {
    let (_directory, store, boss) = office();
    let settings = store.settings().unwrap().unwrap();
    let resident = Resident {
        name: long_name(),
        relation: Relation::Owner,
        phones: vec!["13800005678".into(), "13900005678".into()],
    };
    let cover = Cover {
        household: Household {
            unit: "3-2-1501".into(),
            area: Some(10_750),
            occupancy: Occupancy::MovedIn,
            arrears: 32_050,
            papers: Papers { cabinet: "2号柜".into(), folder: "15盒".into(), keep_until: None },
            residents: vec![resident],
            ..Household::default()
        },
        owed: vec![Owed { item: "物业费".into(), period: "2026-10".into(), amount: 32_050 }],
        owed_on: None,
    };
    let leaf = |seq: i64| Leaf {
        seq,
        at: toy::morning() + TimeDelta::minutes(seq),
        by: "李娜".into(),
        action: "open".into(),
        of: Some(OfCase {
            number: format!("BX-20261124-{seq:03}"),
            kind: "repair".into(),
            state: "registered".into(),
            summary: "厨房漏水".into(),
        }),
        note: None,
        changes: Vec::new(),
    };
    let engine = Engine::new(None);
    let mut text = String::new();
    for lang in Lang::ALL {
        let clerk = Clerk { store: &store, settings: &settings, session: &boss, now: now(), lang };
        let day = engine.render("day", &clerk.of_day(&review()), lang).unwrap();
        text.push_str(&checked(&format!("day {lang}"), &day));
        let file =
            engine.render("household", &clerk.of_household(&cover, &[leaf(1), leaf(2)]), lang).unwrap();
        text.push_str(&checked(&format!("household {lang}"), &file));
        let nothing = Review { figures: Figures::default(), findings: Vec::new(), signed: None, ..review() };
        assert_eq!(engine.render("day", &clerk.of_day(&nothing), lang).unwrap().pages.len(), 1);
        let leaves: Vec<Leaf> = (1..=200).map(leaf).collect();
        let long = engine.render("household", &clerk.of_household(&cover, &leaves), lang).unwrap();
        assert!(long.pages.len() > 3 && long.pages[3].contains("BX-20261124-"), "{}", long.pages.len());
    }
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("form-day-and-household", text);
    });
}
