//! From a file to the directory: reading, guessing, planning and taking rosters.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use qiantai::counter::directory::{ImportReport, Roster, import, save_household};
use qiantai::counter::{CounterError, Session};
use qiantai::desk::household::{Household, Occupancy, Papers, Relation};
use qiantai::desk::kinds::Kinds;
use qiantai::desk::people::Operator;
use qiantai::exchange::headings::{self, Field, List, Mapping};
use qiantai::exchange::roster::plan;
use qiantai::exchange::sheet::{Cell, CellKind, Sheet, SheetRow, read_sheets, read_workbook};
use qiantai::store::operators::Account;
use qiantai::store::{Store, StoreError};
use qiantai::text::lang::Lang;
use qiantai::text::say::say;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

fn now() -> DateTime<Utc> {
    "2026-11-24T01:00:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn on(_: usize, _: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Somebody who logged in once; the hash of a PIN is slow on purpose.
static SESSION: LazyLock<Session> = LazyLock::new(|| toy::set_up(tempfile::tempdir().unwrap().path()).1);

fn set_up(mut store: Store) -> (Store, Session) {
    let account = Account {
        operator: Operator { name: SESSION.name().into(), role: SESSION.role(), disabled: false },
        // Nobody logs in here.
        secret: String::new(),
        failures: 0,
        locked_until: None,
        recovery: None,
    };
    store
        .write(|tx| -> Result<(), StoreError> {
            tx.put_settings(&toy::settings())?;
            tx.put_account(&account)
        })
        .unwrap();
    (store, SESSION.clone())
}

fn book() -> (Store, Session) {
    set_up(Store::in_memory(Kinds(&[])).unwrap())
}

fn file(directory: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn roster_of(sheet: &Sheet) -> Roster {
    plan(sheet, &headings::guess(sheet, List::Households).mapping, today(), on).unwrap()
}

fn roster(path: &Path) -> Roster {
    roster_of(&read_workbook(path, List::Households).unwrap())
}

fn csv(text: &str) -> Roster {
    let directory = tempfile::tempdir().unwrap();
    roster(&file(&directory, "roster.csv", text))
}

fn take(store: &mut Store, session: &Session, roster: &Roster) -> ImportReport {
    import(store, session, now(), roster, false, on).unwrap()
}

fn counts(report: &ImportReport) -> [u32; 5] {
    [report.read, report.added, report.changed, report.unchanged, report.refused]
}

/// The faults as `row column: sentence`.
fn faults(roster: &Roster) -> Vec<String> {
    roster.problems.iter().map(|p| format!("{} {}: {}", p.row, p.column, p.reason.say(Lang::En))).collect()
}

fn people(household: &Household) -> Vec<String> {
    let one = |r: &qiantai::desk::household::Resident| {
        format!("{} {} {}", r.name, r.relation.id(), r.phones.join("/"))
    };
    household.residents.iter().map(one).collect()
}

#[test]
fn a_workbook_as_offices_keep_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("业主花名册.xlsx");
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("说明").unwrap().write(0, 0, "请填第二张表").unwrap();
    let sheet = workbook.add_worksheet().set_name("名册").unwrap();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 7, "蔚蓝新都业主花名册", &plain).unwrap();
    sheet.merge_range(1, 0, 1, 7, "制表:服务中心", &plain).unwrap();
    // Headings in two rows, those of a household merged over both.
    for (column, heading) in [(0, "序号"), (1, "房号"), (5, "建筑面积(㎡)"), (6, "入伙日期"), (7, "欠费")]
    {
        sheet.merge_range(2, column, 3, column, heading, &plain).unwrap();
    }
    sheet.merge_range(2, 2, 2, 4, "住户信息", &plain).unwrap();
    for (column, heading) in [(2, "姓名"), (3, "手机号"), (4, "与业主关系")] {
        sheet.write(3, column, heading).unwrap();
    }
    // A household of two residents, its own cells merged; the telephone is a number.
    sheet.merge_range(4, 1, 5, 1, "3-2-1501", &plain).unwrap();
    sheet.merge_range(4, 5, 5, 5, "", &plain).unwrap();
    sheet.write(4, 5, 107.5).unwrap();
    sheet.write(4, 2, "张建国").unwrap().write(4, 3, 13_800_005_678.0).unwrap().write(4, 4, "业主").unwrap();
    sheet.write(5, 2, "李梅").unwrap().write(5, 3, "13900001122").unwrap().write(5, 4, "配偶").unwrap();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_with_format(4, 6, ExcelDateTime::from_ymd(2024, 3, 1).unwrap(), &date).unwrap();
    sheet.write(4, 7, 120.5).unwrap();
    // Two blank rows, then two residents in one row.
    sheet.write(8, 1, "1-1-0904").unwrap().write(8, 2, "单雄信、曾国藩").unwrap();
    sheet.write(8, 3, "13711112222/13711113333").unwrap().write(8, 5, "88平方米").unwrap();
    // Digits lost, a formula's error, and a unit that became a date.
    sheet.write(9, 1, "1-1-905").unwrap().write(9, 2, "仇英").unwrap().write(9, 3, "1.38E+10").unwrap();
    let broken = Formula::new("=1/0").set_result("#DIV/0!");
    sheet.write(10, 1, "1-1-906").unwrap().write(10, 2, "翟志刚").unwrap().write(10, 5, broken).unwrap();
    sheet.write_with_format(11, 1, ExcelDateTime::from_ymd(2026, 3, 2).unwrap(), &date).unwrap();
    sheet.write(11, 2, "解缙").unwrap();
    // Vacant, and a remark below the table.
    sheet.write(12, 1, "2-1-101").unwrap();
    sheet.write(14, 0, "制表人").unwrap();
    workbook.save(&path).unwrap();

    let sheet = read_workbook(&path, List::Households).unwrap();
    assert_eq!(sheet.name, "名册", "the sheet whose headings say most");
    assert_eq!(read_sheets(&path).unwrap().len(), 2);
    let guess = headings::guess(&sheet, List::Households);
    assert_eq!(guess.unmatched, [0]);
    let roster = roster_of(&sheet);
    assert_eq!(roster.read, 7);
    let faults = faults(&roster);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].starts_with("10 手机号: ") && faults[0].contains("1.38E+10"), "{faults:?}");
    assert!(faults[1].starts_with("11 建筑面积(㎡): ") && faults[1].contains("#DIV/0!"), "{faults:?}");
    assert!(faults[2].starts_with("12 房号: ") && faults[2].contains("2026-03-02"), "{faults:?}");

    let (mut store, session) = book();
    let report = take(&mut store, &session, &roster);
    assert_eq!(counts(&report), [7, 4, 0, 0, 3]);
    assert_eq!(report.households_added, 3);
    let household = store.household("3-2-1501").unwrap().unwrap();
    assert_eq!(people(&household), ["张建国 owner 13800005678", "李梅 family 13900001122"]);
    assert_eq!(household.area, Some(10750));
    assert_eq!(household.moved_in, NaiveDate::from_ymd_opt(2024, 3, 1));
    assert_eq!((household.arrears, household.occupancy), (12050, Occupancy::MovedIn));
    let household = store.household("1-1-0904").unwrap().unwrap();
    assert_eq!(people(&household), ["单雄信 owner 13711112222", "曾国藩 owner 13711113333"]);
    assert_eq!(store.household("2-1-101").unwrap().unwrap().occupancy, Occupancy::Vacant);
    for refused in ["1-1-905", "1-1-906"] {
        assert_eq!(store.household(refused).unwrap(), None);
    }
    assert_eq!(store.find_households("sxx", 5).unwrap()[0].unit, "1-1-0904");
}

/// Files written by other programs lie in `tests/data`; nothing here can write them.
#[test]
fn the_older_and_the_open_format_hold_the_same() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for name in ["roster.xls", "roster.ods"] {
        let sheet = read_workbook(&data.join(name), List::Households).unwrap();
        let roster = roster_of(&sheet);
        let rows: Vec<(u32, &str, &str)> = roster
            .rows
            .iter()
            .map(|row| (row.row, row.unit.as_str(), row.residents[0].name.as_str()))
            .collect();
        assert_eq!(
            rows,
            [(3, "3-2-1501", "张建国"), (4, "3-2-1501", "李梅"), (6, "1-1-0904", "单雄信")],
            "{name}"
        );
        assert_eq!(roster.rows[0].residents[0].phones, ["13800005678"], "{name}");
        assert_eq!(roster.rows[0].area, Some(10750), "{name}");
        assert_eq!(roster.rows[0].moved_in, NaiveDate::from_ymd_opt(2024, 3, 1), "{name}");
        assert_eq!(
            roster.problems.iter().map(|p| (p.row, p.column.as_str())).collect::<Vec<_>>(),
            [(7, "手机号")]
        );
        assert_eq!(roster.read, 4);
    }
    let locked = read_workbook(&data.join("password.xlsx"), List::Households).unwrap_err();
    assert_eq!(locked.key, "exchange.why.password");
}

#[test]
fn building_entrance_and_room_as_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roster.xlsx");
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["楼号", "单元", "房间号", "业主姓名", "联系电话", "备用电话"]).unwrap();
    sheet.write_row(1, 0, [3.0, 2.0, 1501.0]).unwrap();
    sheet.write_row(1, 3, ["张建国", "13800005678", "0755-12345678"]).unwrap();
    sheet.write_row(2, 0, [3.0, 2.0, 1502.0]).unwrap();
    workbook.save(&path).unwrap();
    let roster = roster(&path);
    let units: Vec<&str> = roster.rows.iter().map(|row| row.unit.as_str()).collect();
    assert_eq!(units, ["3-2-1501", "3-2-1502"]);
    assert_eq!(roster.rows[0].residents[0].phones, ["13800005678", "0755-12345678"]);
    assert_eq!(roster.problems, []);
}

#[test]
fn text_files_in_the_encodings_of_chinese_offices() {
    let text = "房号,业主姓名,手机号,面积\n3-2-1501,张建国,13800005678.0,107.5㎡\n３－２－１５０２,喆堃,,\n";
    let directory = tempfile::tempdir().unwrap();
    let expected = roster(&file(&directory, "utf8.csv", text));
    assert_eq!(expected.rows.len(), 2);
    assert_eq!(expected.rows[0].residents[0].phones, ["13800005678"]);
    assert_eq!(expected.rows[1].unit, "3-2-1502");
    let (gb, _, lost) = encoding_rs::GB18030.encode(text);
    assert!(!lost && std::str::from_utf8(&gb).is_err());
    let tabs = text.replace(',', "\t");
    for (name, bytes) in [
        ("gb18030.csv", gb.to_vec()),
        ("mark.csv", format!("\u{feff}{text}").into_bytes()),
        ("tabs.xls", tabs.into_bytes()),
        ("semicolons.txt", text.replace(',', ";").into_bytes()),
    ] {
        assert_eq!(roster(&file(&directory, name, bytes)), expected, "{name}");
    }
}

#[test]
fn every_refusal_names_row_column_and_reason() {
    let roster = csv("房号,姓名,电话,面积,关系,状态,入伙日期,欠费\n\
        1-1-101,张三,13800000001,100,业主,已入住,2024-03-01,0\n\
        1-1-101,李四,13800000002,101,租户,,,\n\
        ,王五,13800000003,,,,,\n\
        1-1-102,,13800000004,,,,,\n\
        1-1-103,甲一、乙二,13800000005/13800000006/13800000007,,,,,\n\
        1-1-104,丙三,12345,-5,朋友,飞走,2024-02-30,-1\n\
        合计,,,,,,,\n\
        房号,姓名,电话,面积,关系,状态,入伙日期,欠费\n\
        ,,,,,,,\n");
    assert_eq!(roster.read, 7);
    let cells: Vec<String> = roster.problems.iter().map(|p| format!("{} {}", p.row, p.column)).collect();
    assert_eq!(
        cells,
        [
            "3 面积",
            "4 房号",
            "5 电话",
            "6 电话",
            "7 面积",
            "7 状态",
            "7 入伙日期",
            "7 欠费",
            "7 关系",
            "8 房号"
        ]
    );
    assert!(faults(&roster)[0].contains("Row 2"), "{:?}", faults(&roster));
    assert_eq!(roster.rows.len(), 1);
    for lang in Lang::ALL {
        for problem in &roster.problems {
            let said = problem.reason.say(lang);
            assert!(!said.contains("exchange.") && !said.contains("%{"), "{said}");
        }
    }
}

#[test]
fn a_second_import_adds_nothing_and_changes_only_what_changed() {
    let first =
        "房号,姓名,电话,面积\n1-1-101,张三,13800000001,100\n1-1-102,李四,13800000002,90\n1-1-103,,,80\n";
    let (mut store, session) = book();
    assert_eq!(counts(&take(&mut store, &session, &csv(first))), [3, 3, 0, 0, 0]);
    assert_eq!(counts(&take(&mut store, &session, &csv(first))), [3, 0, 0, 3, 0]);
    let second = "房号,姓名,电话,面积\n1-1-101,张三,13800000009,100\n1-1-102,李四,13800000002,\n\
                  1-1-103,王五,13800000003,80\n1-1-104,赵六,,\n";
    let dry = import(&mut store, &session, now(), &csv(second), true, on).unwrap();
    assert_eq!(counts(&dry), [4, 1, 2, 1, 0]);
    assert_eq!(store.household("1-1-104").unwrap(), None, "a trial writes nothing");
    assert_eq!(counts(&take(&mut store, &session, &csv(second))), [4, 1, 2, 1, 0]);
    assert_eq!(counts(&take(&mut store, &session, &csv(second))), [4, 0, 0, 4, 0]);
    let household = |unit: &str| store.household(unit).unwrap().unwrap();
    assert_eq!(people(&household("1-1-101")), ["张三 owner 13800000009/13800000001"]);
    assert_eq!(household("1-1-102").area, Some(9000), "a blank cell takes nothing away");
    assert_eq!(people(&household("1-1-103")), ["王五 owner 13800000003"]);
    // One entry an import, none for the trial, and no personal data in it.
    let records = store.records("directory").unwrap();
    assert_eq!(records.iter().map(|record| record.action.as_str()).collect::<Vec<_>>(), ["import"; 4]);
    assert!(records.iter().all(|record| !record.body.contains("张三") && !record.body.contains("138")));
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

#[test]
fn breaking_off_leaves_nothing_half_done() {
    let mut text = "房号,姓名\n".to_owned();
    for n in 1..=500 {
        writeln!(text, "1-1-{n},张三").unwrap();
    }
    let roster = csv(&text);
    let (mut store, session) = book();
    // Among the rows, among what they are found by, and at the very end.
    for at in [300, 400, 500] {
        let mut last = 0;
        let stop = |done: usize, total: usize| {
            assert!(last <= done && done <= total && total == 500, "{last} {done} {total}");
            last = done;
            if done >= at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = import(&mut store, &session, now(), &roster, false, stop).unwrap_err();
        assert!(matches!(stopped, CounterError::Refused(why) if why.key == "counter.why.import_cancelled"));
        assert!((at..at + 100).contains(&last), "{at} {last}");
        assert_eq!(store.directory_counts().unwrap().households, 0);
        assert_eq!(store.records("directory").unwrap(), []);
    }
    let directory = tempfile::tempdir().unwrap();
    let sheet = read_workbook(&file(&directory, "r.csv", &text), List::Households).unwrap();
    let mapping = headings::guess(&sheet, List::Households).mapping;
    let stopped = plan(&sheet, &mapping, today(), |_, _| ControlFlow::Break(())).unwrap_err();
    assert_eq!(stopped.key, "exchange.why.cancelled");
}

#[test]
fn files_that_are_no_rosters_are_refused_with_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("good.xlsx");
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "房号").unwrap();
    workbook.save(&path).unwrap();
    let good = std::fs::read(&path).unwrap();
    let empty = directory.path().join("none.xlsx");
    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    workbook.save(&empty).unwrap();
    for (path, key) in [
        (file(&directory, "empty.csv", ""), "empty"),
        (file(&directory, "blank.csv", " \n\n ,,\n"), "empty"),
        (empty, "empty"),
        (file(&directory, "letter.xlsx", "%PDF-1.7\n..."), "pdf"),
        (file(&directory, "page.xls", "<html><table><tr><td>房号</td></tr></table></html>"), "web_page"),
        (file(&directory, "cut.xlsx", &good[..good.len() / 2]), "damaged"),
        (file(&directory, "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing"), "damaged"),
        (file(&directory, "zip.zip", b"PK\x03\x04 something else"), "not_spreadsheet"),
        (file(&directory, "picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\xfd"), "encoding"),
        (directory.path().join("missing.xlsx"), "not_found"),
        (directory.path().to_owned(), "directory"),
    ] {
        let why = read_workbook(&path, List::Households).unwrap_err();
        assert_eq!(why.key, format!("exchange.why.{key}"), "{}", path.display());
        for lang in Lang::ALL {
            let said = say(&why, lang, chrono_tz::UTC);
            assert!(said.contains(&*path.file_name().unwrap().to_string_lossy()), "{said}");
        }
    }
    let headless = read_workbook(&file(&directory, "headless.csv", "a,b\nc,d\n"), List::Households).unwrap();
    let guess = headings::guess(&headless, List::Households);
    let why = plan(&headless, &guess.mapping, today(), on).unwrap_err();
    assert_eq!(why.key, "exchange.why.no_unit");
}

#[test]
fn a_mapping_by_hand_reads_what_no_heading_tells() {
    let directory = tempfile::tempdir().unwrap();
    let sheet =
        read_workbook(&file(&directory, "plain.csv", "3-2-1501,张建国\n3-2-1502,李梅\n"), List::Households)
            .unwrap();
    let mut mapping: Mapping = headings::guess(&sheet, List::Households).mapping;
    assert_eq!(mapping.header_row, None);
    mapping.set(headings::column(&sheet, None, "A").unwrap(), Some(Field::Unit));
    mapping.set(
        headings::column(&sheet, None, "b").unwrap(),
        Some(headings::field(List::Households, "姓名").unwrap()),
    );
    let roster = plan(&sheet, &mapping, today(), on).unwrap();
    assert_eq!((roster.read, roster.rows.len()), (2, 2));
    assert_eq!(roster.rows[1].residents[0].name, "李梅");
}

#[test]
fn residents_below_belong_to_the_household_above_only_where_merging_is_not_told() {
    let row = |number: u32, cells: &[&str]| SheetRow {
        number,
        cells: cells
            .iter()
            .map(|text| Cell {
                text: (*text).to_owned(),
                kind: if text.is_empty() { CellKind::Empty } else { CellKind::Text },
            })
            .collect(),
    };
    let mut sheet = Sheet {
        name: String::new(),
        rows: vec![
            row(1, &["房号", "姓名", "面积"]),
            row(2, &["1-1-101", "张三", "100"]),
            row(3, &["", "李四", ""]),
            row(4, &["", "王五", "90"]),
            row(6, &["", "赵六", ""]),
        ],
        merges_unknown: true,
    };
    let roster = roster_of(&sheet);
    assert_eq!(
        roster.rows.iter().map(|r| (r.row, r.unit.as_str())).collect::<Vec<_>>(),
        [(2, "1-1-101"), (3, "1-1-101")]
    );
    assert_eq!(roster.problems.iter().map(|p| p.row).collect::<Vec<_>>(), [4, 6]);
    sheet.merges_unknown = false;
    assert_eq!(roster_of(&sheet).rows.len(), 1);
}

#[test]
fn two_processes_import_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let (store, session) = set_up(Store::open(directory.path(), Kinds(&[])).unwrap());
    let text = |name: &str, from: usize| {
        let mut text = "房号,姓名,电话\n".to_owned();
        for n in from..from + 400 {
            writeln!(text, "1-1-{n},{name},138{n:08}").unwrap();
        }
        text
    };
    // The two overlap by half.
    let rosters = [csv(&text("张三", 1)), csv(&text("李四", 201))];
    let reports: Vec<ImportReport> = std::thread::scope(|scope| {
        let handles: Vec<_> = rosters
            .iter()
            .map(|roster| {
                let (session, path) = (&session, directory.path());
                scope.spawn(move || {
                    let mut store = Store::open(path, Kinds(&[])).unwrap();
                    take(&mut store, session, roster)
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    let mut seen: Vec<[u32; 5]> = reports.iter().map(counts).collect();
    seen.sort_unstable();
    assert_eq!(seen, [[400, 200, 200, 0, 0], [400, 400, 0, 0, 0]]);
    let counts = store.directory_counts().unwrap();
    assert_eq!((counts.households, counts.residents), (600, 800));
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

#[test]
fn a_household_changed_by_hand_is_checked_and_recorded() {
    let (mut store, session) = book();
    let mut household = Household {
        unit: "３栋2单元1501".to_owned(),
        area: Some(10750),
        occupancy: Occupancy::MovedIn,
        moved_in: None,
        arrears: 0,
        note: String::new(),
        papers: Papers::default(),
        residents: vec![qiantai::desk::household::Resident {
            name: " 张建国 ".to_owned(),
            relation: Relation::Owner,
            phones: vec!["138 0000 5678".to_owned(), String::new()],
        }],
    };
    let saved = save_household(&mut store, &session, now(), None, &household).unwrap();
    assert_eq!(
        (saved.unit.as_str(), people(&saved)),
        ("3-2-1501", vec!["张建国 owner 13800005678".to_owned()])
    );
    assert_eq!(store.household("3-2-1501").unwrap().as_ref(), Some(&saved));
    let key = |result: Result<Household, CounterError>| match result {
        Err(CounterError::Refused(why)) => why.key,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        key(save_household(&mut store, &session, now(), None, &household)),
        "counter.why.household_exists"
    );
    let mut changed = saved.clone();
    changed.area = Some(10800);
    save_household(&mut store, &session, now(), Some(&saved), &changed).unwrap();
    assert_eq!(
        key(save_household(&mut store, &session, now(), Some(&saved), &changed)),
        "counter.why.household_changed_meanwhile"
    );
    household.residents[0].phones = vec!["1.38E+10".to_owned()];
    assert_eq!(key(save_household(&mut store, &session, now(), None, &household)), "desk.why.not_phone");
    let actions: Vec<String> =
        store.records("directory").unwrap().into_iter().map(|record| record.action).collect();
    assert_eq!(actions, ["add", "change"]);
}

fn soup() -> impl Strategy<Value = (Vec<Vec<(String, u8)>>, bool)> {
    let word = prop_oneof![
        Just(String::new()),
        "[0-9]{1,2}-[1-3]-[1-9][0-9]{2,3}",
        "1[3-9][0-9]{9}(\\.0)?",
        "[0-9.]{1,9}",
        "(张|李|单){1,3}[、/; ]?(三|四)?",
        "(房号|姓名|电话|面积|业主|关系|合计|无)",
        "\\PC{0,12}",
        any::<String>(),
    ];
    let cell = (word, 0..5_u8);
    (prop::collection::vec(prop::collection::vec(cell, 0..9), 0..25), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// Whatever stands in the cells: no panic, the counts add up, and a second import changes nothing.
    #[test]
    fn any_cells_add_up((rows, merges_unknown) in soup()) {
        let heads = ["房号", "姓名", "电话", "面积", "关系", "状态", "入伙日期", "欠费", "楼号"];
        let head = SheetRow {
            number: 1,
            cells: heads.iter().map(|text| Cell { text: (*text).to_owned(), kind: CellKind::Text }).collect(),
        };
        let kinds = [CellKind::Empty, CellKind::Text, CellKind::Number, CellKind::Date, CellKind::Error];
        let data = rows.into_iter().zip(2..).map(|(cells, number)| SheetRow {
            number,
            cells: cells
                .into_iter()
                .map(|(text, kind)| if text.is_empty() { Cell::default() } else { Cell { text, kind: kinds[kind as usize] } })
                .collect(),
        });
        let sheet = Sheet { name: String::new(), rows: std::iter::once(head).chain(data).collect(), merges_unknown };
        let roster = roster_of(&sheet);
        let (mut store, session) = book();
        let report = take(&mut store, &session, &roster);
        prop_assert_eq!(report.read, report.added + report.changed + report.unchanged + report.refused);
        prop_assert_eq!(report.changed + report.unchanged, 0);
        prop_assert_eq!(report.refused == 0, report.problems.is_empty());
        let again = take(&mut store, &session, &roster);
        prop_assert_eq!([again.added, again.changed], [0, 0]);
        prop_assert_eq!(again.unchanged, report.added);
        let json = report.json(Lang::ZhCn);
        prop_assert_eq!(json["problems"].as_array().unwrap().len(), report.problems.len());
    }

    /// Any bytes under any name are read or refused, never a panic.
    #[test]
    fn any_file_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0..4_usize) {
        let magic: &[u8] = [&b""[..], b"PK\x03\x04xl/", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "房号,姓名\n".as_bytes()][start];
        let directory = tempfile::tempdir().unwrap();
        let path = file(&directory, "any.xlsx", [magic, &bytes].concat());
        if let Ok(sheet) = read_workbook(&path, List::Households) {
            let _ = plan(&sheet, &headings::guess(&sheet, List::Households).mapping, today(), on);
        }
    }
}
