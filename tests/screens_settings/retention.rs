//! Old personal data on the screen: counted, asked about, taken out beside the screen.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::retention::GONE;
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use serde_json::json;

use crate::desk::{BOSS, Desk, PIN, morning};

#[test]
fn a_run_is_asked_about_and_done_beside_the_screen() {
    for (lang, done) in [(Lang::ZhCn, "已从 1 件事项"), (Lang::En, "Personal fields taken out. Cases: 1")]
    {
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
        let contact = || store.case(&number).unwrap().unwrap().contact.unwrap();
        desk.press(&["Ctrl+E", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "F11"]);
        desk.sees("2021-11-24").press(&["F5", "Esc"]);
        assert_eq!(contact(), "欧阳锋", "only asked");
        desk.press(&["F5", "Enter"]);
        let end = Instant::now() + Duration::from_secs(20);
        while !desk.screen().contains(done) {
            assert!(Instant::now() < end, "waited for {done}:\n{}", desk.screen());
            std::thread::sleep(Duration::from_millis(20));
            desk.app.answered(morning());
        }
        assert_eq!(contact(), GONE);
        // There is nothing left to be asked about.
        desk.misses("F5").press(&["F5", "Esc"]).misses("2021-11-24");
    }
}
