//! The doctor, and files that are not what they should be.

use rusqlite::Connection;
use serde_json::Value;

use crate::{Office, Ran, keys, run};

fn file(office: &Office) -> Connection {
    Connection::open(office.path().join("qiantai.db")).unwrap()
}

fn doctor(office: &Office) -> Ran {
    // Nobody needs to be logged in.
    run(office.call().args(["doctor", "--json"]))
}

/// The check of that name in a doctor's document.
#[track_caller]
fn check(ran: &Ran, name: &str) -> (bool, String) {
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["check"] == name).unwrap();
    (found["ok"].as_bool().unwrap(), found["detail"].as_str().unwrap().to_owned())
}

#[test]
fn a_sound_book() {
    let office = Office::new();
    office.open(&["repair", "--unit", "3-2-1501", "--set", "content=厨房水管漏水"]);
    let ran = doctor(&office);
    let document = ran.json();
    assert_eq!(keys(&document), ["checks", "ok"]);
    assert_eq!(document["ok"], true);
    for name in ["file", "chain", "signatures", "rules"] {
        assert!(check(&ran, name).0, "{name}");
    }
    assert_eq!(keys(&document["checks"][0]), ["check", "detail", "ok"]);
    assert!(check(&ran, "rules").1.contains('1'));
    run(office.in_chinese().call().arg("doctor")).shows("链条完整");
}

#[test]
fn a_changed_entry_is_named() {
    let office = Office::new();
    let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=厨房水管漏水"]);
    let entry: i64 = file(&office)
        .query_row("SELECT seq FROM entry WHERE subject = ?1", [&number], |row| row.get(0))
        .unwrap();
    file(&office)
        .execute_batch(&format!(
            "DROP TRIGGER entry_stays;
             UPDATE entry SET body = replace(body, '厨房', '阳台') WHERE seq = {entry};"
        ))
        .unwrap();
    let ran = doctor(&office);
    ran.ended(1, "not sound");
    let (ok, detail) = check(&ran, "chain");
    assert!(!ok && detail.contains(&format!("Entry {entry} ({number})")), "{detail}");
    let (ok, detail) = check(&ran, "rules");
    assert!(!ok && detail.contains(&number), "{detail}");
    assert!(check(&ran, "file").0);
}

#[test]
fn a_removed_entry_and_a_changed_case_are_named() {
    let office = Office::new();
    let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=厨房水管漏水"]);
    file(&office).execute("UPDATE cases SET owner = '别人' WHERE number = ?1", [&number]).unwrap();
    let ran = doctor(&office);
    ran.ended(1, "not sound");
    assert!(check(&ran, "chain").0);
    assert!(check(&ran, "rules").1.contains(&number));
    file(&office).execute_batch("DROP TRIGGER entry_kept; DELETE FROM entry WHERE seq = 2;").unwrap();
    let (ok, detail) = check(&doctor(&office), "chain");
    assert!(!ok && detail.contains("Before entry 3"), "{detail}");
}

#[test]
fn files_that_are_not_ours_are_left_alone() {
    let office = Office::empty();
    std::fs::write(office.path().join("qiantai.db"), "Not a book at all, just a long text.\n".repeat(200))
        .unwrap();
    let ran = doctor(&office);
    ran.ended(1, "not sound");
    assert!(!check(&ran, "file").0);
    office.desk(&["list", "repair"]).refused("damaged");

    let office = Office::empty();
    file(&office).execute_batch("CREATE TABLE other (a)").unwrap();
    office.desk(&["list", "repair"]).refused("another program");

    let office = Office::new();
    file(&office).execute_batch("PRAGMA user_version = 9999").unwrap();
    office.desk(&["list", "repair"]).refused("newer version");
    run(office.call().arg("doctor")).ended(1, "not sound");
}
