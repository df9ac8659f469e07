//! The log of the real program says what went wrong, and nothing of anybody.

use std::fs;
use std::path::Path;

use qiantai::store::Store;

use crate::office::{BOSS, DESK, Office, PIN, Speaks};
use crate::terminal::directory;

/// What somebody tells at the counter, types or has in a file: none of it belongs into a log.
const TOLD: [&str; 9] = [
    "欧阳锋",
    "13987654321",
    "139 8765 4321",
    "440301199001011234",
    "粤B7F39Q",
    "上官云",
    "13712340987",
    "802615",
    PIN,
];
const ROSTER: &str =
    "楼号,单元,房间,业主姓名,手机号\n7,1,101,上官云,13712340987\n7,1,x?,欧阳锋,139 8765 4321\n";

/// Everything in the log.
fn log(data: &str) -> String {
    let mut text = String::new();
    for file in fs::read_dir(Path::new(data).join("log")).expect("a log") {
        let path = file.expect("a file").path();
        text += &fs::read_to_string(path).expect("a text");
    }
    text
}

#[test]
fn nothing_of_anybody_stands_in_the_log() {
    let office = Office::new(Speaks::Chinese);
    let data = office.data();
    let dir = tempfile::tempdir().expect("a directory");
    // By the command line: a case with everything, searches, a roster with a fault, wrong PINs, refusals.
    let call = office.open(&[
        "visit",
        "--contact",
        "欧阳锋",
        "--phone",
        "13987654321",
        "--set",
        "about=enquiry",
        "--set",
        "content=欧阳锋 13987654321 粤B7F39Q",
        "--set",
        "id_number=440301199001011234",
    ]);
    for words in ["欧阳锋", "13987654321", "粤B7F39Q"] {
        office.desk(&["find", words]);
    }
    let roster = directory(&dir, "roster.csv");
    fs::write(&roster, ROSTER).expect("a file");
    office.call(BOSS, &["import", "households", &roster]);
    fs::write(&roster, [0xff, 0xfe, 0x00, b'1', b'3']).expect("a file");
    office.call(BOSS, &["import", "households", &roster]);
    office.call(DESK, &["operator", "set-pin", BOSS]);
    office.call("欧阳锋", &["list", "call"]);
    office.call(DESK, &["act", &call, "欧阳锋", "--set", "note=13987654321"]);
    office.call(DESK, &["open", "call", "--phone", "欧阳锋"]);
    // At the screen: wrong PINs, a form, a search, an import that fails.
    let mut terminal = office.screen();
    terminal.sees(DESK);
    terminal.press(&["1"]);
    terminal.sees("口令 [");
    terminal.types("802615");
    terminal.press(&["Enter"]);
    terminal.sees("口令不对");
    terminal.press(&["Ctrl+Q"]);
    drop(terminal);
    let mut terminal = office.at_work(BOSS);
    terminal.press(&["F2"]);
    terminal.sees("LD");
    terminal.types("13987654321");
    terminal.press(&["Tab"]);
    terminal.types("欧阳锋 440301199001011234");
    terminal.press(&["Ctrl+S"]);
    terminal.rest();
    terminal.press(&["Ctrl+P", "Ctrl+F"]);
    terminal.types("上官云");
    terminal.rest();
    terminal.press(&["Esc", "Ctrl+Q"]);
    drop(terminal);
    // What goes wrong beside the work: a record that is not what it should be, and holds a name.
    let copy = directory(&dir, "copy.db");
    office.by(BOSS, &["backup", &copy]);
    for content in ["\"欧阳锋 13987654321\"", "{\"community\": 13987654321}"] {
        let raw = rusqlite::Connection::open(Path::new(&data).join(Store::FILE)).expect("the file");
        raw.execute("UPDATE setting SET body = ?1", [content]).expect("it is written");
        drop(raw);
        office.call(DESK, &["find", "欧阳锋"]);
        office.by(BOSS, &["restore", &copy]);
    }
    let log = log(&data);
    assert!(log.contains("the book is moved aside"), "what went wrong is in it: {log:?}");
    for told in TOLD {
        assert!(!log.contains(told), "{told} stands in the log: {log}");
    }
}
