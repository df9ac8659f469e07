//! Files that come from outside: rosters as text and as workbooks, in any state.

use std::fs;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use qiantai::exchange::headings::{List, guess};
use qiantai::exchange::{plan, sheet};
use rust_xlsxwriter::Workbook;

use crate::dice::{Dice, fuzz};

const ROSTER: &str = "蔚蓝新都业主名册\n楼号,单元,房间,业主姓名,手机号,面积,状态,入伙日期\n\
    3,2,1501,张建国,13800005678,107.5,已入伙,2024-03-01\n1,1,904,\"郑建刚,李梅\",136 0000 0923,88,空置,\n\
    ,,0302,周建,0755-88886666,,装修中,2025/1/5\n";

/// Reads a file as an import does, as either list.
fn take(dice: &mut Dice, name: &str, bytes: &[u8]) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(name);
    fs::write(&path, bytes).expect("a file");
    let today = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day");
    let list = *dice.one_of(&[List::Households, List::Arrears]);
    // A refusal is an answer too.
    let Ok(sheets) = sheet::read_sheets(&path) else { return };
    for sheet in sheets {
        let mapping = guess(&sheet, list).mapping;
        drop(plan(&sheet, &mapping, today, |_, _| ControlFlow::Continue(())));
    }
}

#[test]
fn rosters_as_text() {
    let gbk = encoding_rs::GBK.encode(ROSTER).0.into_owned();
    let utf16: Vec<u8> = ROSTER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fuzz(&[], |dice| {
        let of = match dice.below(4) {
            0 => dice.bitten(&gbk),
            1 => dice.bitten(&utf16),
            2 => dice.bitten(ROSTER.as_bytes()),
            _ => dice.like(&[ROSTER]).into_bytes(),
        };
        let name = *dice.one_of(&["roster.csv", "roster.txt", "roster.xlsx"]);
        take(dice, name, &of);
    });
}

#[test]
fn rosters_as_workbooks() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in (0..).zip(ROSTER.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write_string(row, column, cell).expect("a cell");
        }
    }
    let bytes = workbook.save_to_buffer().expect("a workbook");
    fuzz(&[], |dice| {
        let of = dice.bitten(&bytes);
        let name = *dice.one_of(&["roster.xlsx", "roster.xls", "roster.ods"]);
        take(dice, name, &of);
    });
}
