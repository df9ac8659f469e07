//! The finance office's list of charges owed: read, held against what is known, taken whole or not at all.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

use std::ops::ControlFlow;

use chrono::{DateTime, NaiveDate, Utc};
use qiantai::counter::arrears::import;
use qiantai::counter::directory::{ImportReport, OwedReport, save_household};
use qiantai::counter::{CounterError, Session, operators};
use qiantai::desk::household::{Household, Owed};
use qiantai::exchange::headings::{List, guess};
use qiantai::exchange::sheet::read_workbook;
use qiantai::exchange::{Planned, plan};
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use rust_xlsxwriter::Workbook;

fn now() -> DateTime<Utc> {
    "2026-11-24T01:00:00Z".parse().unwrap()
}

fn on(_: usize, _: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A book with three flats, of which the last owes something that nobody itemised.
fn office() -> (tempfile::TempDir, Store, Session) {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, boss) = toy::set_up(directory.path());
    store
        .write(|tx| {
            for (unit, arrears) in [("3-2-1501", 0), ("3-2-1502", 0), ("3-2-1503", 30_000)] {
                tx.put_household(&Household { unit: unit.into(), arrears, ..Household::default() })?;
            }
            Ok::<_, qiantai::store::StoreError>(())
        })
        .unwrap();
    (directory, store, boss)
}

fn planned(text: &str) -> Planned {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("owed.csv");
    std::fs::write(&path, text).unwrap();
    let sheet = read_workbook(&path, List::Arrears).unwrap();
    plan(&sheet, &guess(&sheet, List::Arrears).mapping, NaiveDate::default(), on).unwrap()
}

fn take(store: &mut Store, boss: &Session, text: &str, dry_run: bool) -> ImportReport {
    planned(text).take(store, boss, now(), dry_run, on).unwrap()
}

fn counts(report: &ImportReport) -> [u32; 5] {
    [report.read, report.added, report.changed, report.unchanged, report.refused]
}

fn owes(store: &Store, unit: &str) -> i64 {
    store.household(unit).unwrap().unwrap().arrears
}

const FIRST: &str = "房号,业主,收费项目,费用期间,欠费金额\n\
    3-2-1501,张建国,物业费,2026年9月,252.63\n\
    3-2-1501,张建国,水费,2026年9月,31.4\n\
    3-2-1502,李梅,车位费,2026年10月,300\n";

#[test]
fn rows_of_a_household_add_up_and_whoever_is_not_named_owes_nothing_any_more() {
    let (_directory, mut store, boss) = office();
    let head = store.head().unwrap();
    let trial = take(&mut store, &boss, FIRST, true);
    assert_eq!(counts(&trial), [3, 3, 0, 0, 0]);
    let said = OwedReport { households: 2, total: 58_403, cleared: vec!["3-2-1503".into()] };
    assert_eq!(trial.owed, Some(said));
    assert_eq!(store.head().unwrap(), head, "a trial writes nothing");
    assert_eq!(owes(&store, "3-2-1503"), 30_000);
    assert_eq!(store.owed_list().unwrap(), None);

    assert_eq!(take(&mut store, &boss, FIRST, false), trial);
    assert_eq!(["3-2-1501", "3-2-1502", "3-2-1503"].map(|unit| owes(&store, unit)), [28_403, 30_000, 0]);
    let (charges, sum) = store.owed("3-2-1501").unwrap().unwrap();
    assert_eq!(charges.iter().map(|owed| owed.amount).sum::<i64>(), sum);
    let water = Owed { item: "水费".into(), period: "2026年9月".into(), amount: 3_140 };
    assert_eq!(charges[1], water);
    let list = store.owed_list().unwrap().unwrap();
    assert_eq!((list.at, list.by.as_str()), (now(), boss.name()));
    let journal = store.records("directory").unwrap();
    assert_eq!(journal.iter().filter(|record| record.action == "owed").count(), 3, "each change of a sum");
    assert_eq!(journal.last().unwrap().action, "arrears");
    assert_eq!(store.verify_chain().unwrap().broken, None);

    // The same again brings nothing; the next list tells paid, changed and new charges apart.
    let again = take(&mut store, &boss, FIRST, false);
    assert_eq!((counts(&again), again.households_changed), ([3, 0, 0, 3, 0], 0));
    let next = "unit,item,period,amount\n3-2-1502,车位费,2026年10月,150\n3-2-1502,水费,2026年10月,20\n";
    let report = take(&mut store, &boss, next, false);
    assert_eq!(counts(&report), [2, 1, 1, 0, 0]);
    assert_eq!(report.owed.unwrap().cleared, ["3-2-1501"]);
    assert_eq!(["3-2-1501", "3-2-1502"].map(|unit| owes(&store, unit)), [0, 17_000]);
    assert_eq!(store.owed("3-2-1501").unwrap(), Some((Vec::new(), 0)));
}

#[test]
fn rows_that_are_not_fit_are_refused_with_their_reasons() {
    let (_directory, mut store, boss) = office();
    let text = "房号,项目,期间,金额\n\
        3-2-1501,物业费,9月,一百多\n\
        3-2-1501,水费,9月,\n\
        ,水费,9月,12\n\
        3-2-9999,水费,9月,12\n\
        3-2-1502,水费,9月,12.5\n\
        合计,,,124.5\n";
    let report = take(&mut store, &boss, text, false);
    assert_eq!(counts(&report), [6, 1, 0, 0, 5]);
    let faults: Vec<String> = report
        .problems
        .iter()
        .map(|p| format!("{} {}: {}", p.row, p.column, p.reason.say(Lang::En)))
        .collect();
    assert_eq!(faults.len(), 5, "{faults:#?}");
    assert!(faults[0].starts_with("2 金额: "), "{faults:#?}");
    assert_eq!(faults[1], "3 金额: There is no amount; add it.");
    assert!(faults[2].starts_with("4 房号: "), "{faults:#?}");
    assert!(faults[3].starts_with("5 房号: 3-2-9999 is not in the directory"), "{faults:#?}");
    assert!(faults[4].starts_with("7 房号: "), "a sum at the bottom is no household: {faults:#?}");
    assert_eq!(owes(&store, "3-2-1502"), 1_250);
}

#[test]
fn a_spreadsheet_of_the_finance_office_is_understood() {
    let (directory, mut store, boss) = office();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "蔚蓝新都 欠费明细表").unwrap();
    for (column, heading) in (0..).zip(["楼栋", "单元", "房间", "费项", "账期", "欠费(元)"]) {
        sheet.write(2, column, heading).unwrap();
    }
    // One flat merged over two rows, as finance offices like it.
    for (column, text) in [(0, "3"), (1, "2"), (2, "1501")] {
        sheet.merge_range(3, column, 4, column, text, &rust_xlsxwriter::Format::new()).unwrap();
    }
    for (row, (item, amount)) in (3..).zip([("物业费", 252.63), ("水费", 31.4)]) {
        sheet.write(row, 3, item).unwrap();
        sheet.write(row, 4, "2026-09").unwrap();
        sheet.write(row, 5, amount).unwrap();
    }
    let path = directory.path().join("owed.xlsx");
    book.save(&path).unwrap();
    let sheet = read_workbook(&path, List::Arrears).unwrap();
    let list = plan(&sheet, &guess(&sheet, List::Arrears).mapping, NaiveDate::default(), on).unwrap();
    let report = list.take(&mut store, &boss, now(), false, on).unwrap();
    assert_eq!(counts(&report), [2, 2, 0, 0, 0], "{:?}", report.problems);
    assert_eq!(owes(&store, "3-2-1501"), 28_403);
}

#[test]
fn nothing_is_half_done_and_only_a_supervisor_does_it() {
    let (_directory, mut store, boss) = office();
    let desk = operators::login(&mut store, "李娜", toy::PIN, now()).unwrap();
    let Planned::Arrears(list) = planned(FIRST) else { panic!("no list of charges") };
    let refused = import(&mut store, &desk, now(), &list, false, on).unwrap_err();
    assert!(matches!(refused, CounterError::Refused(why) if why.key == "desk.why.needs_role"));
    let head = store.head().unwrap();
    for stop_at in 0..=3 {
        let stop = |done: usize, _: usize| {
            if done >= stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        assert!(import(&mut store, &boss, now(), &list, false, stop).is_err());
        assert_eq!(store.head().unwrap(), head);
        assert_eq!(owes(&store, "3-2-1503"), 30_000);
    }
}

#[test]
fn an_amount_changed_by_hand_takes_the_charges_away_and_anything_else_leaves_them() {
    let (_directory, mut store, boss) = office();
    take(&mut store, &boss, FIRST, false);
    let before = store.household("3-2-1501").unwrap().unwrap();
    let noted = Household { note: "有狗".into(), ..before.clone() };
    let noted = save_household(&mut store, &boss, now(), Some(&before), &noted).unwrap();
    assert_eq!(store.owed("3-2-1501").unwrap().unwrap().0.len(), 2);
    let paid = Household { arrears: 25_263, ..noted.clone() };
    save_household(&mut store, &boss, now(), Some(&noted), &paid).unwrap();
    assert_eq!(store.owed("3-2-1501").unwrap(), Some((Vec::new(), 25_263)), "they no longer add up");
}
