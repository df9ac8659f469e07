//! Old personal data by the command line: counted, taken out, a supervisor's alone.

use chrono::{TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use serde_json::json;

use super::{Office, PIN, keys};

#[test]
fn it_says_first_what_would_go() {
    let office = Office::new();
    let plan = office.boss_json(&["retention"]);
    assert_eq!(
        keys(&plan),
        [
            "before",
            "cases",
            "copies",
            "drafts",
            "held",
            "households",
            "kinds",
            "newest",
            "oldest",
            "records",
            "years"
        ]
    );
    assert_eq!((plan["cases"].as_u64(), plan["years"].as_u64()), (Some(0), Some(5)));
    assert_eq!(office.boss_json(&["retention", "--years", "2"])["years"], 2);
    office.boss(&["retention"]).shows("There is nothing to be taken out.");
    let done = office.boss_json(&["retention", "--run"]);
    assert_eq!(keys(&done), ["before", "cases", "copies", "drafts", "entries", "households", "scoured"]);
    assert_eq!(done["scoured"], true);
    office.boss(&["retention", "--run"]).shows("Copies made before hold them still");
    office.by("王敏", &["doctor"]).shows("sound");
    // There was nothing to take out, so no copy holds anything more than the book.
    office.boss_json(&["backup"]);
    assert_eq!(office.boss_json(&["retention"])["copies"], json!([]));
    assert_eq!(office.boss_json(&["retention", "--remove-copies"])["removed"], json!([]));
    office.boss(&["retention", "--remove-copies", "--run"]).misused("--remove-copies");
}

#[test]
fn a_receptionist_is_refused_and_that_is_on_record() {
    let office = Office::new();
    for call in [&["retention"][..], &["retention", "--run"], &["retention", "--remove-copies"]] {
        office.desk(call).refused("supervisor");
    }
    let office = office.in_chinese();
    office.desk(&["retention"]).refused("主管");
}

#[test]
fn years_out_of_range_are_wrong_usage() {
    let office = Office::new();
    for years in ["0", "51", "x"] {
        office.boss(&["retention", "--years", years]).misused("--years");
    }
}

#[test]
fn what_is_due_is_found_taken_out_and_its_copies_removed() {
    for (lang, due, old) in [
        ("en", "Personal data past due", "hold everything still: 1"),
        ("zh-CN", "个人信息已过保留期", "备份有 1 份"),
    ] {
        let mut office = Office::new();
        let then = Utc::now() - TimeDelta::days(7 * 365);
        let mut store = Store::open(office.path(), STANDARD).unwrap();
        let boss = operators::login(&mut store, "王敏", PIN, Utc::now()).unwrap();
        let given = json!({ "contact": "欧阳锋", "about": "enquiry", "content": "问车位" });
        let values = given.as_object().unwrap().clone();
        let new = NewCase { kind: "call".into(), values, ..NewCase::default() };
        let number = cases::open(&mut store, &boss, then, &new).unwrap().case.number;
        let reason = json!({ "reason": "打错了" }).as_object().unwrap().clone();
        cases::act(&mut store, &boss, then, &number, "void", &reason, None).unwrap();
        drop(store);
        office.lang = lang;
        let finding = |office: &Office| {
            let found = office.boss_json(&["review"])["findings"].clone();
            found.as_array().unwrap().iter().any(|finding| finding["kind"] == "retention-due")
        };
        assert!(finding(&office));
        assert!(office.boss(&["review"]).out.contains(due), "{}", office.boss(&["review"]).out);
        let copy = office.boss_json(&["backup"])["file"].as_str().unwrap().to_owned();
        assert_eq!(office.boss_json(&["retention"])["copies"], json!([]), "nothing was taken out yet");
        let done = office.boss_json(&["retention", "--run"]);
        assert_eq!(done["cases"], 1);
        let name = std::path::Path::new(&copy).file_name().unwrap().to_str().unwrap();
        assert_eq!(done["copies"], json!([name]));
        assert!(!finding(&office));
        office.boss(&["retention"]).shows(old);
        // Not before there is one made since.
        let refused = office.boss(&["retention", "--remove-copies"]);
        assert_eq!(refused.code, 1, "{}", refused.out);
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        let fresh = office.boss_json(&["backup"])["file"].as_str().unwrap().to_owned();
        assert_eq!(office.boss_json(&["retention", "--remove-copies"])["removed"], json!([name]));
        assert!(!std::path::Path::new(&copy).exists() && std::path::Path::new(&fresh).exists());
        assert_eq!(office.boss_json(&["doctor"])["ok"], true);
    }
}
