//! Old personal data on the screen: counted, asked about, taken out beside the screen.

use chrono::TimeDelta;
use qiantai::counter::backup::{self, Target};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::retention::GONE;
use qiantai::store::Store;
use qiantai::store::backup::unwatched;
use qiantai::text::lang::Lang;
use serde_json::json;

use crate::desk::{BOSS, Desk, PIN, morning};

#[test]
fn a_run_is_asked_about_and_done_beside_the_screen() {
    for (lang, done, due, not_due, old, sure, gone) in [
        (
            Lang::ZhCn,
            "已从 1 件事项",
            "已过年限                     2019-11-26 起办结的事项",
            "已过年限                     没有",
            "上次清除之前的备份有 1 份",
            "永久删除这 1 份备份",
            "已删除备份 1 份",
        ),
        (
            Lang::En,
            "Personal fields taken out. Cases: 1",
            "closed since 2019-11-26",
            "Past that time               nothing",
            "Copies made before the last run, which hold everything still: 1",
            "Remove these copies for good? 1",
            "Copies removed: 1",
        ),
    ] {
        let counting = if lang == Lang::En { "Counting ..." } else { "正在统计 ..." };
        let directory = tempfile::tempdir().unwrap();
        let mut desk = Desk::in_directory(lang, directory.path());
        let mut store = Store::open(directory.path(), STANDARD).unwrap();
        let boss = operators::login(&mut store, BOSS, PIN, morning()).unwrap();
        let then = morning() - TimeDelta::days(7 * 365);
        let given = json!({ "contact": "欧阳锋", "about": "enquiry", "content": "问车位" });
        let values = given.as_object().unwrap().clone();
        let new = NewCase { kind: "call".into(), values, ..NewCase::default() };
        let number = cases::open(&mut store, &boss, then, &new).unwrap().case.number;
        let reason = json!({ "reason": "打错了" }).as_object().unwrap().clone();
        cases::act(&mut store, &boss, then, &number, "void", &reason, None).unwrap();
        let contact = |store: &Store| store.case(&number).unwrap().unwrap().contact.unwrap();
        backup::make(&mut store, &boss, then, Target::Kept, &unwatched()).unwrap();
        // The end of day and the settings say that a run is due, and lead to it.
        desk.press(&["0"]).sees("2019-11-26");
        desk.press(&["End", "Enter"]).waits_for("2021-11-24").misses("F6").press(&["Esc"]);
        desk.press(&["Ctrl+E", "Down", "Down", "Down", "Down", "Down", "Down", "Down"]).sees(due);
        desk.press(&["F11"]).waits_for("2021-11-24").press(&["F5", "Esc"]);
        assert_eq!(contact(&store), "欧阳锋", "only asked");
        desk.press(&["F5", "Enter"]);
        desk.waits_for(done);
        assert_eq!(contact(&store), GONE);
        // Copies made before hold it still: they go once there is one made after it.
        desk.waits_while(counting)
            .sees(old)
            .misses("F5")
            .press(&["F6"])
            .sees(sure)
            .press(&["Esc"])
            .misses(sure);
        backup::make(&mut store, &boss, morning() + TimeDelta::hours(1), Target::Kept, &unwatched()).unwrap();
        desk.press(&["F6", "Enter"]).waits_for(gone).waits_while(counting).misses("F6");
        // There is nothing left to be asked about.
        desk.press(&["F5", "Esc"]).misses("2021-11-24").sees(not_due);
    }
}
