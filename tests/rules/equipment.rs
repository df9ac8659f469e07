//! The equipment that an office has already, taken over from its list.

use std::fs;
use std::ops::ControlFlow;

use qiantai::counter::CounterError;
use qiantai::counter::directory::ImportReport;
use qiantai::exchange::headings::{List, guess};
use qiantai::exchange::sheet::read_workbook;
use qiantai::exchange::{Planned, plan};
use qiantai::store::cases::Query;
use qiantai::text::lang::Lang;

use super::desk::{Boss, Counter, Desk, Who};

/// The table of the source, with what its lines cost, and its sum that is wrong.
const SOURCE: &str = "拟投入主要设备、工具表\n设备或工具名称,数量,费用,备注\n电脑,3台,12000,主任一台\n打印机,2台,3000,\n\
                      复印机,1台,2000,\n沙发、茶几,1套,1500,\n总计:,,11440,\n";

fn on(_: usize, _: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn read(text: &str) -> Planned {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("list.csv");
    fs::write(&path, text).unwrap();
    let sheet = read_workbook(&path, List::Equipment).unwrap();
    let mapping = guess(&sheet, List::Equipment).mapping;
    plan(&sheet, &mapping, "2026-11-24".parse().unwrap(), on).unwrap()
}

fn take(c: &mut Counter, who: Who, text: &str, dry_run: bool) -> Result<ImportReport, CounterError> {
    let session = c.session(who);
    read(text).take(&mut c.store, &session, c.now, dry_run, on)
}

fn counts(report: &ImportReport) -> [u32; 5] {
    [report.read, report.added, report.changed, report.unchanged, report.refused]
}

fn things(c: &Counter) -> Vec<(String, i64, i64)> {
    let query = Query { kind: Some("equipment".into()), limit: 100, ..Query::default() };
    let rows = c.store.list(&query).unwrap().rows;
    let number = |row: &qiantai::store::cases::Row, key: &str| row.case.get(key).as_i64().unwrap();
    let mut things: Vec<_> = rows
        .iter()
        .map(|row| (row.case.text("thing").unwrap(), number(row, "count"), number(row, "price")))
        .collect();
    things.sort();
    things
}

#[test]
fn the_list_of_an_office_becomes_its_ledger_in_one_step() {
    let mut c = Counter::new();
    let refused = take(&mut c, Desk, SOURCE, false).unwrap_err();
    assert!(matches!(refused, CounterError::Refused(why) if why.key == "desk.why.needs_role"));
    let tried = take(&mut c, Boss, SOURCE, true).unwrap();
    assert_eq!((counts(&tried), things(&c).len()), ([5, 4, 0, 0, 1], 0), "nothing is written yet");
    assert_eq!(tried.worth, Some(1_850_000));
    let taken = take(&mut c, Boss, SOURCE, false).unwrap();
    assert_eq!(taken, tried);
    let wanted =
        [("复印机", 1, 200_000), ("打印机", 2, 150_000), ("沙发、茶几", 1, 150_000), ("电脑", 3, 400_000)];
    let mut wanted = wanted.map(|(thing, count, price)| (thing.to_owned(), count, price));
    wanted.sort();
    assert_eq!(things(&c), wanted);
    // The list once more adds nothing.
    let again = take(&mut c, Boss, SOURCE, false).unwrap();
    assert_eq!((counts(&again), things(&c).len()), ([5, 0, 0, 4, 1], 4));
}

#[test]
fn each_row_that_is_no_thing_says_why() {
    let mut c = Counter::new();
    let list = "名称,型号,数量,单价,购置日期,保管人\n,X1,1,10,,\n电脑,T14,,4000,,\n电脑,T14,若干,4000,,\n\
                电脑,T14,2,,,\n电脑,T14,2,面议,,\n电脑,T14,2,4000,明年某天,\n电脑,T14,100000,4000,,\n\
                电脑,T14,2,4000,2024-03-05,王敏\n";
    let report = take(&mut c, Boss, list, false).unwrap();
    assert_eq!(counts(&report), [8, 1, 0, 0, 7], "{:#?}", report.problems);
    let said: Vec<String> =
        report.problems.iter().map(|problem| format!("{} {}", problem.row, problem.column)).collect();
    assert_eq!(said, ["2 名称", "3 数量", "4 数量", "5 单价", "6 单价", "7 购置日期", "8 名称"]);
    for problem in &report.problems {
        for lang in Lang::ALL {
            let reason = problem.reason.say(lang);
            assert!(!reason.contains(".why.") && !reason.contains("%{"), "{reason}");
        }
    }
    let uneven = take(&mut c, Boss, "名称,数量,总价\n椅子,3,100\n", true).unwrap();
    assert_eq!((uneven.refused, uneven.problems[0].column.as_str()), (1, "总价"));
}

#[test]
fn a_list_that_is_broken_off_leaves_nothing_behind() {
    let mut c = Counter::new();
    let Planned::Equipment(list) = read(SOURCE) else { panic!("no list of things") };
    let head = c.store.head().unwrap();
    let boss = c.boss.clone();
    let stop =
        |done: usize, _: usize| if done == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    qiantai::counter::equipment::import(&mut c.store, &boss, c.now, &list, false, stop).unwrap_err();
    assert_eq!((c.store.head().unwrap(), things(&c).len()), (head, 0));
}
