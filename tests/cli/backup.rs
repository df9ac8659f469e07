//! Copies of the book and going back to one, as scripts call them.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{Office, keys, run};

/// The copies in the directory of the copies, by name.
fn copies(office: &Office) -> Vec<String> {
    let Ok(read) = std::fs::read_dir(office.path().join("backups")) else { return Vec::new() };
    let mut names: Vec<String> =
        read.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A repair, and a copy of the book with it.
fn copied(office: &Office) -> (String, PathBuf) {
    let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=厨房水管漏水"]);
    let file = office.path().join("elsewhere").join("copy.db");
    let document = office.json(&["backup", text(&file)]);
    assert_eq!(keys(&document), ["bytes", "entries", "file", "head"]);
    assert_eq!(document["entries"], document["head"]["seq"]);
    assert_eq!(document["head"]["hash"].as_str().unwrap().len(), 64);
    assert_eq!(document["bytes"], std::fs::metadata(&file).unwrap().len());
    (number, file)
}

#[test]
fn a_receptionist_makes_copies_and_overwrites_none() {
    let office = Office::new();
    let (_, file) = copied(&office);
    office.desk(&["backup", text(&file)]).refused("is there already");
    office.desk(&["backup", "--list"]).shows("no copy in");
    office.desk(&["backup"]).shows("Copied and proved");
    let kept = copies(&office);
    assert_eq!(kept.len(), 1);
    let list = office.json(&["backup", "--list"]);
    assert_eq!(list["copies"][0]["file"], kept[0].as_str());
    assert_eq!(list["copies"][0]["reason"], "asked");
    office.desk(&["backup", "--list"]).shows(&kept[0]);
    run(office.call().args(["backup"])).misused("--operator");
    run(office.in_chinese().call().args(["backup", "--help"])).shows("示例：");
}

#[test]
fn a_supervisor_goes_back_to_a_copy_and_the_old_book_is_kept() {
    let office = Office::new();
    let (number, file) = copied(&office);
    let later = office.open(&["repair", "--unit", "3-2-1502", "--set", "content=灯不亮"]);
    office.desk(&["restore", text(&file)]).refused("supervisor");
    office.desk(&["show", &later]).shows("灯不亮");
    let document = office.boss_json(&["restore", text(&file)]);
    assert_eq!(keys(&document), ["bytes", "entries", "file", "head", "kept", "undone"]);
    assert_eq!(document["undone"], 3, "what the copy itself entered, the case, and what was refused");
    office.desk(&["show", &number]).shows("厨房水管漏水");
    office.desk(&["show", &later]).refused(&later);
    // The number that was given is not given again.
    assert_ne!(office.open(&["repair", "--unit", "3-2-1503", "--set", "content=门"]), later);
    let doctor: Value = run(office.call().args(["doctor", "--json"])).json();
    assert_eq!(doctor["ok"], true, "{doctor}");
    // And back again to what was kept.
    let kept = document["kept"].as_str().unwrap();
    assert!(kept.contains("before-restore-"));
    office.boss(&["restore", kept]).shows("Restored from");
    office.desk(&["show", &later]).shows("灯不亮");
    let doctor: Value = run(office.call().args(["doctor", "--json"])).json();
    assert_eq!(doctor["ok"], true, "{doctor}");
}

#[test]
fn what_is_no_sound_copy_is_not_restored() {
    let office = Office::new();
    let (number, file) = copied(&office);
    let bad = office.path().join("bad.db");
    office.boss(&["restore", text(&bad)]).refused("cannot be reached");
    std::fs::write(&bad, "a letter that somebody saved here").unwrap();
    office.boss(&["restore", text(&bad)]).refused("another program");
    std::fs::write(&bad, "").unwrap();
    office.boss(&["restore", text(&bad)]).refused("another program");
    std::fs::copy(&file, &bad).unwrap();
    let raw = Connection::open(&bad).unwrap();
    raw.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET by = '别人' WHERE seq = 2;").unwrap();
    office.boss(&["restore", text(&bad)]).refused("Entry 2 does not follow");
    raw.execute_batch("PRAGMA user_version = 9999;").unwrap();
    office.boss(&["restore", text(&bad)]).refused("newer version");
    office.boss(&["restore", text(office.path())]).refused("another program");
    office.desk(&["show", &number]).shows("厨房水管漏水");
    assert_eq!(copies(&office), Vec::<String>::new(), "nothing was replaced");
}

#[test]
fn a_damaged_book_is_restored_with_the_pin_of_the_copy() {
    let office = Office::new();
    let (number, file) = copied(&office);
    std::fs::write(office.path().join("qiantai.db"), vec![0xa5; 50_000]).unwrap();
    office.desk(&["show", &number]).refused("damaged");
    office.desk(&["restore", text(&file)]).refused("supervisor");
    let mut wrong = office.call();
    wrong.env("QIANTAI_OPERATOR", "王敏").env("QIANTAI_PIN", "000000");
    run(wrong.args(["restore", text(&file)])).refused("PIN");
    let document = office.boss_json(&["restore", text(&file)]);
    assert_eq!(document["undone"], json!(null));
    let kept = Path::new(document["kept"].as_str().unwrap());
    assert_eq!(std::fs::read(kept).unwrap(), vec![0xa5; 50_000]);
    office.desk(&["show", &number]).shows("厨房水管漏水");
    // Into a directory without a book.
    let other = Office::empty();
    other.boss(&["restore", text(&file)]).shows("There was no book before");
    other.desk(&["show", &number]).shows("厨房水管漏水");
}

#[test]
fn a_book_of_a_newer_program_is_never_replaced() {
    let office = Office::new();
    let (_, file) = copied(&office);
    let raw = Connection::open(office.path().join("qiantai.db")).unwrap();
    raw.execute_batch("PRAGMA user_version = 9999").unwrap();
    office.boss(&["restore", text(&file)]).refused("newer version");
}
