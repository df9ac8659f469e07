//! Exports: what is written comes back the same, for every kind of the registry and every format; nothing in
//! it runs as a formula; nothing is left behind by what was broken off.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use calamine::Reader as _;
use chrono::{DateTime, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::community::{Setup, init};
use qiantai::counter::directory::{self, ImportReport};
use qiantai::counter::{CounterError, Session, imports, operators};
use qiantai::demo::{self, Wish};
use qiantai::desk::case::Case;
use qiantai::desk::household::Papers;
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::exchange::cases::{Book, read};
use qiantai::exchange::export::{Export, Format, What, export};
use qiantai::exchange::headings::{self, List};
use qiantai::exchange::sheet::read_workbook;
use qiantai::exchange::{cells, plan};
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use serde_json::{Value, json};

/// A Tuesday, twenty past ten in the morning in Nanjing.
fn now() -> DateTime<Utc> {
    "2026-11-24T02:20:00Z".parse().unwrap()
}

fn on(_: usize, _: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The demonstration, and its supervisor and receptionist.
fn demonstration(cases: u32) -> (Store, Session, Session) {
    let mut store = Store::in_memory(STANDARD).unwrap();
    demo::make(&mut store, now(), Wish { cases, seed: 5 }).unwrap();
    let (names, pin) = demo::logins().unwrap();
    let mut enter = |wanted: Role| {
        let name = &names.iter().find(|(_, role)| *role == wanted).unwrap().0;
        operators::login(&mut store, name, &pin, now()).unwrap()
    };
    let (boss, desk) = (enter(Role::Supervisor), enter(Role::Receptionist));
    (store, boss, desk)
}

/// A book with nothing in it but the settings of another.
fn empty_like(other: &Store) -> (Store, Session) {
    let mut store = Store::in_memory(STANDARD).unwrap();
    let setup = Setup { community: "另一处", operator: "主管", role: Role::Supervisor, pin: "246810" };
    let boss = init(&mut store, now(), &setup).unwrap();
    let settings = other.settings().unwrap().unwrap();
    store.write(|tx| tx.put_settings(&settings)).unwrap();
    (store, boss)
}

fn order(what: What, file: &Path, unmask: bool, lang: Lang) -> Export<'_> {
    Export { what, from: None, to: None, unmask, file, replace: false, lang }
}

/// The records of an export as a document.
fn records(store: &mut Store, boss: &Session, what: What) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("all.json");
    export(store, boss, now(), &order(what, &file, true, Lang::En), on).unwrap();
    let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let key = if matches!(what, What::Households) { "households" } else { "cases" };
    document[key].as_array().unwrap().clone()
}

fn take(store: &mut Store, boss: &Session, file: &Path, dry_run: bool) -> ImportReport {
    let settings = store.settings().unwrap().unwrap();
    let book = Book { kinds: STANDARD, settings: &settings, now: now() };
    let list = read(file, &book, on).unwrap_or_else(|why| panic!("{}: {why:?}", file.display()));
    imports::import(store, boss, now(), &list, dry_run, on).unwrap()
}

#[test]
fn every_kind_comes_back_as_it_was_from_every_format() {
    let (mut store, boss, _) = demonstration(900);
    let dir = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let lang = if format == Format::Csv { Lang::ZhCn } else { Lang::En };
        let (mut other, other_boss) = empty_like(&store);
        for kind in STANDARD.iter() {
            let what = What::Cases(kind);
            let file = dir.path().join(format!("{}.{}", kind.id, format.ending()));
            let count = export(&mut store, &boss, now(), &order(what, &file, true, lang), on).unwrap();
            assert!(count > 0, "the demonstration has no {}", kind.id);
            let trial = take(&mut other, &other_boss, &file, true);
            assert_eq!(trial.problems, [], "{} {format:?}", kind.id);
            assert!(records(&mut other, &other_boss, what).is_empty(), "a trial writes nothing");
            let report = take(&mut other, &other_boss, &file, false);
            assert_eq!((u64::from(report.added), report.refused), (count, 0), "{} {format:?}", kind.id);
            let (before, after) = (records(&mut store, &boss, what), records(&mut other, &other_boss, what));
            for (before, after) in before.iter().zip(&after) {
                assert_eq!(before, after, "{} {format:?}", kind.id);
            }
            assert_eq!(before.len(), after.len());
            let again = take(&mut other, &other_boss, &file, false);
            assert_eq!((again.added, u64::from(again.unchanged)), (0, count), "{} {format:?}", kind.id);
            assert_rebuilt(&other, kind, &after);
        }
        assert_eq!(other.verify_chain().unwrap().broken, None);
        assert_eq!(other.faults().unwrap(), Vec::<String>::new());
    }
}

/// Every case follows from its one entry, stands on its own days, and no number is given again.
fn assert_rebuilt(store: &Store, kind: &Kind, records: &[Value]) {
    let settings = store.settings().unwrap().unwrap();
    for record in records {
        let number = record["number"].as_str().unwrap();
        let case = store.case(number).unwrap().unwrap();
        let entries = store.timeline(number).unwrap();
        assert_eq!((entries.len(), entries[0].action.as_str()), (1, "imported"));
        assert_eq!(Case::rebuild(&case.kind, &entries, |state| kind.ends(state)), case);
        let day = settings.calendar.day_of(case.opened_at);
        let query = qiantai::store::cases::Query {
            kind: Some(kind.id.into()),
            from: Some(day),
            to: Some(day),
            limit: 1_000,
            ..qiantai::store::cases::Query::default()
        };
        assert!(store.list(&query).unwrap().rows.iter().any(|row| row.case.number == number));
    }
}

#[test]
fn a_number_that_came_from_elsewhere_is_not_given_again_and_none_is_overwritten() {
    let (mut store, boss, desk) = demonstration(150);
    let call = STANDARD.get("call").unwrap();
    let given = json!({ "contact": "王女士", "about": "enquiry", "content": "问班车" });
    let new =
        NewCase { kind: "call".into(), values: given.as_object().unwrap().clone(), ..NewCase::default() };
    let number = cases::open(&mut store, &desk, now(), &new).unwrap().case.number;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("call.json");
    export(&mut store, &boss, now(), &order(What::Cases(call), &file, true, Lang::En), on).unwrap();
    let (mut other, other_boss) = empty_like(&store);
    take(&mut other, &other_boss, &file, false);
    let next = cases::open(&mut other, &other_boss, now(), &new).unwrap().case.number;
    assert!(next > number, "{next} after {number}");
    // The same number, another matter.
    let changed = fs::read_to_string(&file).unwrap().replace("问班车", "问校车");
    fs::write(&file, changed).unwrap();
    let report = take(&mut other, &other_boss, &file, false);
    assert_eq!((report.added, report.refused), (0, 1));
    assert_eq!(other.case(&number).unwrap().unwrap().text("content").as_deref(), Some("问班车"));
}

#[test]
fn masked_numbers_leave_by_anybody_and_never_come_back_as_numbers() {
    let (mut store, boss, desk) = demonstration(150);
    let what = What::Cases(STANDARD.get("repair").unwrap());
    let dir = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let file = dir.path().join(format!("masked.{}", format.ending()));
        export(&mut store, &desk, now(), &order(what, &file, false, Lang::ZhCn), on).unwrap();
        let (mut other, other_boss) = empty_like(&store);
        let report = take(&mut other, &other_boss, &file, false);
        assert!(report.refused > 0);
        assert!(
            report.problems.iter().all(|problem| {
                problem.column == "phone" && problem.reason.say(Lang::En).contains("masked")
            })
        );
        assert!(records(&mut other, &other_boss, what).is_empty(), "nothing by halves");
    }
    let phones: BTreeSet<String> = records(&mut store, &boss, what)
        .iter()
        .filter_map(|record| record["phone"].as_str().map(str::to_owned))
        .collect();
    let masked = fs::read_to_string(dir.path().join("masked.csv")).unwrap();
    assert!(phones.len() > 5 && phones.iter().all(|phone| !masked.contains(phone.as_str())));
    let file = dir.path().join("full.csv");
    let refused = export(&mut store, &desk, now(), &order(what, &file, true, Lang::En), on).unwrap_err();
    assert!(matches!(refused, CounterError::Refused(why) if why.key == "desk.why.needs_role"));
    assert!(!file.exists());
    let taken = store.records("export").unwrap();
    let body: Value = serde_json::from_str(&taken[0].body).unwrap();
    assert_eq!((taken.len(), taken[0].by.as_str()), (1, boss.name()));
    assert_eq!((body["what"].as_str(), body["count"].as_u64().unwrap() > 5), (Some("repair"), true));
}

/// What people could have written into any field.
const HOSTILE: [&str; 8] = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "'=1+1",
    "\u{ff1d}1+1",
    "=HYPERLINK(\"http://a\",\"b\")",
    "http://a.example/?q=\"1\",2;3",
];

#[test]
fn no_cell_is_a_formula_and_every_text_comes_back() {
    let (mut store, boss, desk) = demonstration(60);
    for text in HOSTILE {
        let given = json!({ "unit": "3-2-1501", "contact": text, "about": "enquiry", "content": text });
        let new =
            NewCase { kind: "call".into(), values: given.as_object().unwrap().clone(), ..NewCase::default() };
        cases::open(&mut store, &desk, now(), &new).unwrap();
        let lines = json!([{ "name": text, "count": 1, "remark": text }]);
        let given = json!({ "unit": "3-2-1501", "contact": text, "lines": lines, "carrier": text, "plate": text,
            "applicant_role": "owner", "purpose": "gift", "valid_until": "2026-11-24T12:00:00Z" });
        let new = NewCase {
            kind: "release-pass".into(),
            values: given.as_object().unwrap().clone(),
            ..NewCase::default()
        };
        cases::open(&mut store, &desk, now(), &new).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    for id in ["call", "release-pass"] {
        let what = What::Cases(STANDARD.get(id).unwrap());
        for format in Format::ALL {
            let file = dir.path().join(format!("{id}.{}", format.ending()));
            export(&mut store, &boss, now(), &order(what, &file, true, Lang::ZhCn), on).unwrap();
            let (mut other, other_boss) = empty_like(&store);
            let report = take(&mut other, &other_boss, &file, false);
            assert_eq!(report.problems, [], "{id} {format:?}");
            assert_eq!(
                records(&mut other, &other_boss, what),
                records(&mut store, &boss, what),
                "{id} {format:?}"
            );
        }
        let bytes = fs::read(dir.path().join(format!("{id}.csv"))).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let mut seen = 0;
        for record in reader.records() {
            for cell in &record.unwrap() {
                let number = cell.parse::<f64>().is_ok();
                let first = cell.trim_start().chars().next().unwrap_or('a');
                assert!(number || !"=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(first), "{cell}");
                seen += usize::from(cell.contains("cmd|"));
            }
        }
        assert!(seen > 1, "the hostile texts are there");
        let mut book = calamine::open_workbook_auto(dir.path().join(format!("{id}.xlsx"))).unwrap();
        for name in book.sheet_names() {
            let formulas = book.worksheet_formula(&name).unwrap();
            assert!(formulas.used_cells().next().is_none(), "{id} has a formula");
        }
    }
    assert_eq!(cells::harmless("'=1+1"), "''=1+1");
}

/// What a directory holds.
fn held(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_is_broken_off_or_refused_leaves_nothing_behind() {
    let (mut store, boss, _) = demonstration(150);
    let what = What::Cases(STANDARD.get("call").unwrap());
    let dir = tempfile::tempdir().unwrap();
    let key = |error: CounterError| match error {
        CounterError::Refused(why) => why.key,
        CounterError::Store(error) => panic!("{error}"),
    };
    for format in Format::ALL {
        let file = dir.path().join(format!("calls.{}", format.ending()));
        let broken = export(&mut store, &boss, now(), &order(what, &file, true, Lang::En), |done, _| {
            if done > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(key(broken.unwrap_err()), "exchange.why.export_cancelled");
        assert_eq!(held(dir.path()), Vec::<PathBuf>::new());
    }
    assert!(store.records("export").unwrap().is_empty(), "what nobody got is not on record");
    let kept = dir.path().join("kept.csv");
    fs::write(&kept, "mine").unwrap();
    let again = export(&mut store, &boss, now(), &order(what, &kept, false, Lang::En), on);
    assert_eq!(key(again.unwrap_err()), "exchange.why.export_exists");
    assert_eq!((fs::read_to_string(&kept).unwrap().as_str(), held(dir.path()).len()), ("mine", 1));
    let replace = Export { replace: true, ..order(what, &kept, false, Lang::En) };
    export(&mut store, &boss, now(), &replace, on).unwrap();
    assert!(fs::read_to_string(&kept).unwrap().contains("[number]"));
    let nowhere = dir.path().join("missing/calls.csv");
    let error = export(&mut store, &boss, now(), &order(what, &nowhere, false, Lang::En), on);
    assert_eq!(key(error.unwrap_err()), "exchange.why.export_no_directory");
    let strange = dir.path().join("calls.doc");
    let error = export(&mut store, &boss, now(), &order(what, &strange, false, Lang::En), on);
    assert_eq!(key(error.unwrap_err()), "exchange.why.export_ending");
}

#[test]
fn the_period_is_that_of_the_opening() {
    let (mut store, boss, _) = demonstration(300);
    let what = What::Cases(STANDARD.get("call").unwrap());
    let day: chrono::NaiveDate = "2026-11-23".parse().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("day.json");
    let one = Export { from: Some(day), to: Some(day), ..order(what, &file, false, Lang::En) };
    let count = export(&mut store, &boss, now(), &one, on).unwrap();
    let settings = store.settings().unwrap().unwrap();
    let all = records(&mut store, &boss, what);
    let of_day = all.iter().filter(|record| {
        let at: DateTime<Utc> = record["opened_at"].as_str().unwrap().parse().unwrap();
        settings.calendar.day_of(at) == day
    });
    assert_eq!(count, of_day.count() as u64);
    assert!(count > 0 && (count as usize) < all.len());
}

#[test]
fn households_come_back_through_the_import_of_rosters() {
    let (mut store, boss, _) = demonstration(60);
    let dir = tempfile::tempdir().unwrap();
    let today = "2026-11-24".parse().unwrap();
    let unit = records(&mut store, &boss, What::Households)[7]["unit"].as_str().unwrap().to_owned();
    let known = store.household(&unit).unwrap().unwrap();
    let mut noted = known.clone();
    noted.note = "老人独居,上门前先打电话\n=1+1".into();
    noted.papers = Papers {
        cabinet: "3".into(),
        folder: "甲-07".into(),
        keep_until: Some("2036-12-31".parse().unwrap()),
    };
    directory::save_household(&mut store, &boss, now(), Some(&known), &noted).unwrap();
    for (ending, lang) in [
        ("xlsx", Lang::ZhCn),
        ("xlsx", Lang::En),
        ("csv", Lang::ZhCn),
        ("csv", Lang::En),
        ("json", Lang::ZhCn),
    ] {
        let file = dir.path().join(format!("{}.{ending}", lang.tag()));
        export(&mut store, &boss, now(), &order(What::Households, &file, true, lang), on).unwrap();
        let (mut other, other_boss) = empty_like(&store);
        let sheet = read_workbook(&file, List::Households).unwrap();
        let mapping = headings::guess(&sheet, List::Households).mapping;
        let planned = plan(&sheet, &mapping, today, on).unwrap();
        let report = planned.take(&mut other, &other_boss, now(), false, on).unwrap();
        assert_eq!(report.problems, [], "{ending} {lang}");
        let before = records(&mut store, &boss, What::Households);
        assert_eq!(before, records(&mut other, &other_boss, What::Households), "{ending} {lang}");
    }
}
