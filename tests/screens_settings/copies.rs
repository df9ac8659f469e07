//! Copies of the book on the screen: made, proved, gone back to, and the doctor.

use chrono::TimeDelta;
use qiantai::counter::backup::{self, Target};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::store::backup::unwatched;
use qiantai::text::lang::Lang;
use rusqlite::Connection;

use crate::desk::{BOSS, Desk, GIRL, PIN, morning};

impl Desk {
    /// Takes away what stands before the cursor.
    fn clears(&mut self, signs: usize) -> &mut Self {
        for _ in 0..signs {
            self.press(&["Backspace"]);
        }
        self
    }
}

#[test]
fn a_copy_is_made_proved_and_gone_back_to() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::En, directory.path());
    desk.press(&["Ctrl+X"]).sees("Backups and checks").sees("There is no copy yet; F5 makes one.");
    desk.press(&["F5"]).waits_for("Copied and proved: qiantai-20261124-100000.db");
    desk.sees("by hand").sees("Begun 2026-11-24 10:00, by 王敏");
    // The newest one is the one that stands chosen, whichever was before.
    let mut other = Store::open(directory.path(), STANDARD).unwrap();
    let boss = operators::login(&mut other, BOSS, PIN, morning()).unwrap();
    let early = morning() - TimeDelta::days(1);
    backup::make(&mut other, &boss, early, Target::Kept, &unwatched()).unwrap();
    std::fs::remove_file(directory.path().join("backups/qiantai-20261124-100000.db")).unwrap();
    desk.press(&["Esc", "Ctrl+X"])
        .sees("Begun 2026-11-23 10:00")
        .press(&["F5"])
        .waits_for("Begun 2026-11-24 10:00");
    desk.press(&["F8"]).waits_for("qiantai-20261124-100000.db is sound");
    desk.press(&["F7"]).waits_for("The book is sound.").sees("SQLite finds no fault.");
    desk.press(&["Esc"]).sees("by hand");
    // Nothing is replaced without being asked about.
    desk.press(&["F6"]).sees("in the place of the book?");
    desk.press(&["Esc"]).misses("in the place of the book?");
    desk.press(&["F6", "Enter"]).waits_for("before-restore-20261124-100000.db");
    // Whoever goes on logs in by the restored book.
    assert!(desk.app.store().records("backup").unwrap().iter().any(|record| record.action == "restore"));
    desk.sees(BOSS).misses("Backups and checks");
}

#[test]
fn a_copy_at_fault_is_taken_only_when_it_is_asked_for_once_more() {
    for (lang, size) in [(Lang::En, (80, 24)), (Lang::ZhCn, (80, 24)), (Lang::En, (120, 36))] {
        let english = lang == Lang::En;
        let directory = tempfile::tempdir().unwrap();
        let mut desk = Desk::in_directory_at(lang, directory.path(), size);
        let mut store = Store::open(directory.path(), STANDARD).unwrap();
        let boss = operators::login(&mut store, BOSS, PIN, morning()).unwrap();
        let numbers: Vec<String> = ["问车位", "问快递", "问电费"]
            .iter()
            .map(|content| {
                let given =
                    serde_json::json!({ "contact": "张建国", "about": "enquiry", "content": content });
                let values = given.as_object().unwrap().clone();
                let new = NewCase { kind: "call".to_owned(), values, ..NewCase::default() };
                cases::open(&mut store, &boss, morning(), &new).unwrap().case.number
            })
            .collect();
        let made = backup::make(&mut store, &boss, morning(), Target::Kept, &unwatched()).unwrap();
        let raw = Connection::open(&made.file).unwrap();
        raw.execute_batch("UPDATE cases SET contact = '别人'").unwrap();
        let asked = if english { "despite its faults" } else { "仍恢复这一份" };
        desk.press(&["Ctrl+X", "F6", "Enter"]).waits_for(asked);
        // The whole question, and both answers, at the smallest size too.
        let end = if english { "Esc goes back." } else { "Esc 返回。" };
        desk.sees(&numbers[2]).sees(&numbers[1]).sees("...").sees(end).sees("Enter");
        desk.press(&["Esc"]).misses(asked);
        let restored = |store: &Store| {
            let records = store.records("backup").unwrap();
            records.into_iter().find(|record| record.action == "restore")
        };
        assert!(restored(desk.app.store()).is_none(), "nothing was done");
        desk.press(&["F6", "Enter"]).waits_for(asked);
        desk.press(&["Enter"]).waits_for("before-restore-20261124");
        let body = restored(desk.app.store()).unwrap().body;
        assert!(numbers.iter().all(|number| body.contains(number)), "{body}");
    }
}

#[test]
fn a_receptionist_makes_copies_and_restores_none() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::ZhCn, directory.path());
    let mut store = Store::open(directory.path(), qiantai::desk::kinds::STANDARD).unwrap();
    let session = qiantai::counter::operators::login(&mut store, GIRL, PIN, morning()).unwrap();
    desk.app.apply(qiantai::ui::cx::Message::LoggedIn(session));
    desk.press(&["Ctrl+X", "F5"]).waits_for("已备份并验证");
    desk.misses("F6 恢复").press(&["F6"]).sees("主管").misses("替换数据文件?");
}

#[test]
fn what_the_doctor_finds_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::En, directory.path());
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    raw.execute_batch("UPDATE operator SET role = 'assistant' WHERE name = '李娜';").unwrap();
    desk.press(&["Ctrl+X", "F7"]).waits_for("The book is not sound");
    desk.sees("The role or the lock of 李娜 was changed from outside.");
    raw.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET by = 'x' WHERE seq = 2;").unwrap();
    desk.press(&["F5"]).waits_for("Entry 2 does not follow from the one before");
}

#[test]
fn the_schedule_is_a_section_of_the_settings() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::En, directory.path());
    desk.press(&["Ctrl+E", "Down", "Down", "Down", "Down", "Down", "Down"]).sees("After each sign-off");
    desk.sees("08:00").press(&["F6"]);
    for _ in 0..6 {
        desk.press(&["Backspace"]);
    }
    desk.types("21:30").press(&["Ctrl+S"]).sees("21:30");
    assert_eq!(desk.settings().backup.at.to_string(), "21:30:00");
    assert!(desk.settings().backup.at_sign_off);
    desk.press(&["F11"]).sees("A copy every day at 21:30 and after each sign-off");
}

#[test]
fn each_key_stands_below_at_the_smallest_size() {
    for (lang, keys) in [
        (
            Lang::En,
            [
                "F5 back up now",
                "F6 restore",
                "F7 examine",
                "F8 prove",
                "F9 new key",
                "F10 no key",
                "Esc back",
            ],
        ),
        (
            Lang::ZhCn,
            [
                "F5 立即备份",
                "F6 恢复",
                "F7 检查数据",
                "F8 验证备份",
                "F9 换新密钥",
                "F10 不再加密",
                "Esc 返回",
            ],
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let mut desk = Desk::in_directory_at(lang, directory.path(), (80, 24));
        desk.press(&["Ctrl+X", "F9", "Enter", "Enter", "F5"]).waits_for(".db.age");
        let screen = desk.screen();
        let lines: Vec<&str> = screen.lines().collect();
        // Two lines of keys and the status below them.
        let below = lines[21..23].join(" ");
        for key in keys.iter().chain(&["F1", "F2"]) {
            assert!(below.contains(key), "{key}:\n{screen}");
        }
        // One line is enough where it is wide.
        let mut desk = Desk::in_directory_at(lang, tempfile::tempdir().unwrap().path(), (120, 36));
        desk.press(&["Ctrl+X"]).sees(keys[2]);
        assert!(desk.screen().lines().nth(34).unwrap().contains("Esc"), "{}", desk.screen());
    }
}

/// The secret key that stands on the screen.
fn shown_key(screen: &str) -> String {
    let begin = screen.find("AGE-SECRET-KEY-1").expect("a key");
    screen[begin..].chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect()
}

#[test]
fn copies_are_encrypted_to_a_key_that_is_shown_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::En, directory.path());
    desk.press(&["Ctrl+X"]).sees("Copies are not encrypted").misses("no key");
    desk.press(&["F9"]).sees("It is shown once;").press(&["Esc"]).sees("Copies are not encrypted");
    desk.press(&["F9", "Enter"]).sees("The key of the copies").sees("It is shown this once.");
    let key = shown_key(&desk.screen());
    assert_eq!(key.len(), 74, "{key}");
    // A key that was meant for something else does not take it away.
    desk.press(&["Esc", "F6"]).sees(&key).press(&["F2"]).sees(&key).sees("keep it first");
    let file = directory.path().join("key.txt");
    desk.press(&["F5"]).sees("Save as:");
    desk.clears(100).types(file.to_str().unwrap()).press(&["Enter"]).sees("Saved as");
    assert!(std::fs::read_to_string(&file).unwrap().contains(&key));
    desk.press(&["Enter"]).misses(&key).sees("Copies are encrypted to age1").sees("F10 no key");
    desk.press(&["F5"]).waits_for("Copied and proved: qiantai-20261124-100000.db.age");
    desk.sees("decrypted again from the disk");
    // It is proved by whoever has the key, typed or in its file.
    desk.press(&["F8"]).sees("The secret key (AGE-SECRET-KEY-1...)").types("246810");
    desk.misses("246810").press(&["Enter"]).sees("This is no secret key");
    desk.clears(6).types(file.to_str().unwrap()).press(&["Enter"]).waits_for("is sound");
    let other = qiantai::store::sealed::new_key().1;
    let other = qiantai::store::sealed::ExposeSecret::expose_secret(&other).to_owned();
    desk.press(&["F8"]).types(&other).press(&["Enter"]).waits_for("does not open with this key");
    desk.press(&["F8", "Esc"]).misses("The secret key (AGE");
    desk.press(&["F6", "Enter"]).sees("The secret key (AGE").types(&key).misses(&key).press(&["Enter"]);
    desk.waits_for("before-restore-20261124-100000.db.age");
    let records = desk.app.store().records("settings").unwrap();
    assert_eq!(records.last().unwrap().action, "encrypt-copies");
}

#[test]
fn a_receptionist_makes_no_key() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::ZhCn, directory.path());
    desk.press(&["Ctrl+X"]).sees("备份没有加密").sees("F9 加密备份");
    desk.press(&["F9", "Enter"]).sees("备份的密钥").sees("只显示这一次").press(&["Enter"]);
    desk.sees("备份加密,公钥 age1").sees("F10 不再加密");
    let mut store = Store::open(directory.path(), qiantai::desk::kinds::STANDARD).unwrap();
    let session = qiantai::counter::operators::login(&mut store, GIRL, PIN, morning()).unwrap();
    desk.app.apply(qiantai::ui::cx::Message::LoggedIn(session));
    desk.press(&["Ctrl+X"]).misses("F9 换新密钥").press(&["F9"]).sees("主管").misses("密钥只显示一次");
    desk.press(&["F10"]).misses("今后的备份不再加密?").sees("备份加密,公钥 age1");
    assert!(desk.settings().backup.is_sealed());
}

#[test]
fn the_settings_show_to_whom_copies_are_encrypted_and_keep_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::En, directory.path());
    desk.press(&["Ctrl+X", "F9", "Enter", "Enter"]).sees("Copies are encrypted to age1");
    let key = desk.settings().backup.key.clone();
    desk.press(&["Esc", "Ctrl+E", "Down", "Down", "Down", "Down", "Down", "Down"]).sees("Encrypted to");
    desk.sees(&key[..20]).press(&["F6"]);
    desk.clears(6).types("21:30").press(&["Ctrl+S"]).sees("21:30");
    assert_eq!(desk.settings().backup.key, key);
    desk.press(&["F11"]).sees("Copies are encrypted to age1").press(&["F10", "Enter"]);
    desk.sees("Copies are not encrypted");
    assert!(!desk.settings().backup.is_sealed());
}
