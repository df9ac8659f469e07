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
    assert_eq!(keys(&document), ["bytes", "encrypted", "entries", "file", "head"]);
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
    run(office.in_chinese().call().args(["backup", "--help"])).shows("示例:");
}

#[test]
fn a_supervisor_goes_back_to_a_copy_and_the_old_book_is_kept() {
    let office = Office::new();
    let (number, file) = copied(&office);
    let later = office.open(&["repair", "--unit", "3-2-1502", "--set", "content=灯不亮"]);
    office.desk(&["restore", text(&file)]).refused("supervisor");
    office.desk(&["show", &later]).shows("灯不亮");
    let document = office.boss_json(&["restore", text(&file)]);
    assert_eq!(keys(&document), ["bytes", "entries", "faulty", "file", "head", "kept", "undone"]);
    assert_eq!(document["faulty"], json!([]));
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
fn where_no_copy_is_better_one_at_fault_is_taken() {
    let office = Office::new();
    let (number, file) = copied(&office);
    let raw = Connection::open(&file).unwrap();
    raw.execute_batch("UPDATE cases SET contact = '别人'").unwrap();
    office.boss(&["restore", text(&file)]).refused(&format!("1: {number}"));
    office.boss(&["restore", text(&file)]).refused("--despite-faults");
    office.desk(&["restore", text(&file), "--despite-faults"]).refused("supervisor");
    let document = office.boss_json(&["restore", text(&file), "--despite-faults"]);
    assert_eq!(document["faulty"], json!([number]));
    office.desk(&["show", &number]).shows("厨房水管漏水");
    let doctor = run(office.call().args(["doctor", "--json"]));
    assert_eq!(doctor.code, 1);
    assert!(doctor.out.contains(&number), "{}", doctor.out);
    // What is wrong is put right by an amendment, and the doctor is content.
    let amended = ["act", &number, "amend", "--set", "contact=张建国", "--set", "reason=与处理记录不符"];
    office.desk(&amended).shows(&number);
    let doctor: Value = run(office.call().args(["doctor", "--json"])).json();
    assert_eq!(doctor["ok"], true, "{doctor}");
    let chinese = office.in_chinese();
    chinese.boss(&["restore", text(&file)]).refused("没有更好的");
    chinese
        .boss(&["restore", text(&file), "--despite-faults"])
        .shows(&format!("1 件事项与其处理记录不一致: {number}"));
    // A chain that was broken is not a fault of a case.
    raw.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET by = '别人' WHERE seq = 2;").unwrap();
    chinese.boss(&["restore", text(&file), "--despite-faults"]).refused("第 2 条");
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

/// A call with what opens a copy in the environment.
fn with(office: &Office, variable: &str, value: &str, arguments: &[&str]) -> crate::Ran {
    let mut call = office.call();
    call.env("QIANTAI_OPERATOR", "王敏").env("QIANTAI_PIN", crate::PIN).env(variable, value);
    run(call.args(arguments))
}

#[test]
fn copies_are_encrypted_to_a_key_that_is_shown_once() {
    let office = Office::new();
    office.desk(&["backup-key", "new"]).refused("supervisor");
    office.boss(&["backup-key", "show"]).shows("Copies are not encrypted.");
    let key_file = office.path().join("key.txt");
    let made = office.boss_json(&["backup-key", "new", "-o", text(&key_file)]);
    assert_eq!(keys(&made), ["file", "public_key", "secret_key"]);
    let secret = made["secret_key"].as_str().unwrap();
    assert!(secret.starts_with("AGE-SECRET-KEY-1"));
    assert!(std::fs::read_to_string(&key_file).unwrap().contains(secret));
    let public = made["public_key"].as_str().unwrap();
    office.desk(&["backup-key", "show"]).shows(public);
    let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=厨房水管漏水"]);
    let copied = office.json(&["backup"]);
    assert_eq!(copied["encrypted"], true);
    let file = copied["file"].as_str().unwrap();
    assert!(file.ends_with(".db.age"), "{file}");
    office.desk(&["backup", "--list"]).shows(".db.age");
    assert_eq!(office.json(&["backup", "--list"])["copies"][0]["encrypted"], true);
    // It is proved by whoever has the key.
    office.desk(&["backup", "--prove", file]).refused("QIANTAI_BACKUP_KEY");
    office.desk(&["backup", "--prove", file, "--identity", text(&key_file)]).shows("is sound");
    with(&office, "QIANTAI_BACKUP_KEY", secret, &["backup", "--prove", file]).shows("is sound");
    let other_sign = if secret.ends_with('Q') { 'P' } else { 'Q' };
    let mistyped = format!("{}{other_sign}", &secret[..secret.len() - 1]);
    with(&office, "QIANTAI_BACKUP_KEY", &mistyped, &["backup", "--prove", file]).refused("no secret key");
    let later = office.open(&["repair", "--unit", "3-2-1502", "--set", "content=灯不亮"]);
    with(&office, "QIANTAI_BACKUP_KEY", secret, &["restore", file]).shows("Restored from");
    office.desk(&["show", &number]).shows("厨房水管漏水");
    office.desk(&["show", &later]).refused(&later);
    assert!(copies(&office).iter().all(|name| name.ends_with(".db.age")), "{:?}", copies(&office));
    let doctor: Value = run(office.call().args(["doctor", "--json"])).json();
    assert_eq!(doctor["ok"], true, "{doctor}");
    // On a new computer.
    let other = Office::empty();
    other.boss(&["restore", file]).refused("QIANTAI_BACKUP_KEY");
    other.boss(&["restore", file, "--identity", text(&key_file)]).shows("There was no book before");
    other.desk(&["show", &number]).shows("厨房水管漏水");
    // Another key does not open it, and what is not whole is told; both in both languages.
    let elsewhere = office.path().join("other.txt");
    office.boss(&["backup-key", "new", "--output", text(&elsewhere)]).shows("shown this once");
    let wrong = ["restore", file, "--identity", text(&elsewhere)];
    office.boss(&wrong).refused("does not open with this key");
    let whole = std::fs::read(file).unwrap();
    let cut = office.path().join("cut.db.age");
    std::fs::write(&cut, &whole[..whole.len() - 1]).unwrap();
    office.boss(&["restore", text(&cut), "--identity", text(&key_file)]).refused("is not whole");
    office.boss(&["backup-key", "off"]).shows("Copies are not encrypted.");
    office.boss(&["backup-key", "off"]).refused("not encrypted");
    office.boss(&["backup-key", "use", "age1nothing"]).refused("no public key");
    office.boss(&["backup-key", "use", public]).shows(public);
    let office = office.in_chinese();
    office.boss(&wrong).refused("打不开");
    office.boss(&["restore", text(&cut), "--identity", text(&key_file)]).refused("不完整");
    office.boss(&["backup-key", "show"]).shows("备份加密");
}

#[test]
fn one_copy_is_given_a_passphrase() {
    let office = Office::new();
    let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=厨房水管漏水"]);
    let file = office.path().join("stick").join("book.db");
    let call = ["backup", text(&file), "--passphrase"];
    office.boss(&call).refused("QIANTAI_BACKUP_PASSPHRASE");
    with(&office, "QIANTAI_BACKUP_PASSPHRASE", "246810", &call).refused("at least 12");
    let passphrase = "seven umbrellas at the gate";
    with(&office, "QIANTAI_BACKUP_PASSPHRASE", passphrase, &call).shows("Copied, proved and encrypted");
    let file = office.path().join("stick").join("book.db.age");
    let other = Office::empty();
    let restore = ["restore", text(&file)];
    with(&other, "QIANTAI_BACKUP_PASSPHRASE", "seven umbrellas at the door", &restore)
        .refused("does not open");
    with(&other, "QIANTAI_BACKUP_PASSPHRASE", passphrase, &restore).shows("There was no book before");
    other.desk(&["show", &number]).shows("厨房水管漏水");
    run(office.call().args(["backup", "--passphrase"])).misused("FILE");
}
