//! From nothing to a household that is found: the first start, the set-up, a roster taken in at the screen.

use std::fmt::Write as _;
use std::process::Command;

use crate::office::{BOSS, PIN, Speaks, text};
use crate::terminal::{Terminal, directory};

/// A roster as offices keep it: a title, foreign headings, floats, one row that has lost its digits.
fn roster(units: usize) -> String {
    let mut rows = String::from("蔚蓝新都住户名册\n序号,房号,谁,手机号,建筑面积（㎡）\n");
    rows.push_str("1,3-2-1501,张建国,13800005678.0,107.5\n2,3-2-1502,曾丽,1.38E+10,89\n");
    for unit in 0..units {
        let (building, room) = (unit / 400 + 4, (unit % 400) / 4 * 100 + unit % 4 + 101);
        writeln!(rows, "{unit},{building}-1-{room},单{unit},139{unit:08},96.3").expect("a text takes it");
    }
    rows
}

#[test]
fn a_new_desk_is_set_up_and_knows_its_households() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let dir = tempfile::tempdir().expect("a directory");
        let (data, config) = (directory(&dir, "data"), directory(&dir, "config"));
        let lists = directory(&dir, "lists");
        std::fs::create_dir(&lists).expect("a directory");
        std::fs::write(format!("{lists}/名册.csv"), roster(300)).expect("a file");
        let arguments = ["--data", &data, "--lang", speaks.tag()];
        let environment = [("QIANTAI_CONFIG", config.as_str())];
        let mut terminal = Terminal::start(&arguments, &environment, 100, 30);

        // Nobody is asked to run a command first.
        terminal.sees(speaks.of("第一次使用", "First start"));
        terminal.types("蔚蓝新都");
        terminal.press(&["Tab"]);
        terminal.types(BOSS);
        terminal.press(&["Tab", "Tab"]);
        terminal.types(PIN);
        terminal.press(&["Tab"]);
        terminal.types("24681");
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("两次输入的口令不一样", "The two PINs differ"));
        terminal.sees_no(PIN);
        // Esc asks, and what was typed is still there.
        terminal.press(&["Esc"]);
        terminal.sees(speaks.of("Esc 继续填写", "Esc goes on"));
        terminal.press(&["Esc"]);
        terminal.sees_no(speaks.of("Esc 继续填写", "Esc goes on"));
        terminal.types("0");
        terminal.press(&["Enter"]);
        // The recovery code is written down before anything else.
        terminal.sees(speaks.of("的恢复码", "Recovery code of"));
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("小区已建好", "The community is set up"));

        // The roster: one column is given by hand, because no heading names it.
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("导入住户名册 1/4", "1/4"));
        for _ in 0..200 {
            terminal.press(&["Backspace"]);
        }
        terminal.paste(&format!("{lists}/名"));
        terminal.sees("名册.csv");
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("导入住户名册 2/4", "2/4"));
        terminal.sees(speaks.of("标题在第 2 行", "headings in row 2"));
        terminal.press(&["Down", "Down", "Enter"]);
        terminal.sees(speaks.of("「谁」是什么", "What does \"谁\" hold"));
        terminal.types(speaks.of("姓名", "name"));
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("> 姓名", "> name"));
        terminal.press(&["Ctrl+S"]);
        terminal.sees(speaks.of("还没有写入", "nothing written yet"));
        terminal.sees(speaks.of("新增 301", "added 301"));
        terminal.sees("1.38E+10");
        terminal.press(&["Ctrl+S"]);
        terminal.sees(speaks.of("导入完成", "Imported: 302"));
        terminal.press(&["F5"]);
        terminal.sees(speaks.of("报告已存为", "The report was saved"));

        // The caller is found by the letters of the name; the telephone is whole again for who asks.
        terminal.press(&["Enter", "Ctrl+F"]);
        terminal.types("zjg");
        terminal.sees("3-2-1501");
        terminal.press(&["Enter"]);
        terminal.sees("138****5678");
        terminal.press(&["Ctrl+Z"]);
        terminal.sees("13800005678");
        terminal.press(&["Ctrl+Q"]);
        assert!(terminal.wait().success());

        let reports = std::fs::read_dir(&lists).expect("the directory").count();
        assert_eq!(reports, 2, "the roster and its report");
        let found = Command::new(env!("CARGO_BIN_EXE_qiantai"))
            .args(["--data", &data, "--lang", speaks.tag(), "--json", "find", "曾丽"])
            .env("QIANTAI_CONFIG", &config)
            .env("QIANTAI_OPERATOR", BOSS)
            .env("QIANTAI_PIN", PIN)
            .output()
            .expect("the program runs");
        let found: serde_json::Value = serde_json::from_slice(&found.stdout).expect("a document");
        assert_eq!(found["households"], serde_json::json!([]), "a refused row is not there");
        let checked = Command::new(env!("CARGO_BIN_EXE_qiantai"))
            .args(["--data", &data, "--json", "find", "单7"])
            .env("QIANTAI_OPERATOR", BOSS)
            .env("QIANTAI_PIN", PIN)
            .output()
            .expect("the program runs");
        let checked: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("a document");
        assert_eq!(text(&checked["households"][0]["residents"][0]["name"]), "单7");
    }
}
