//! What a receptionist can't do on the command line either, and the supervisor's word there.

use super::{Office, PIN, run};

/// Every verb of a supervisor that the command line has, as a receptionist would try it.
const REFUSED: &[&[&str]] = &[
    &["operator", "add", "新人", "--role", "receptionist"],
    &["operator", "disable", "王敏"],
    &["operator", "enable", "王敏"],
    &["operator", "set-role", "李娜", "--role", "supervisor"],
    &["operator", "set-pin", "王敏"],
    &["operator", "new-recovery-code", "王敏"],
    &["sign-off", "--day", "today"],
];

fn head(office: &Office) -> i64 {
    let book = rusqlite::Connection::open(office.path().join("qiantai.db")).unwrap();
    book.query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_receptionist_is_refused_every_verb_of_a_supervisor() {
    let office = Office::new();
    let roster = office.path().join("roster.csv");
    std::fs::write(&roster, "房号,姓名,电话\n3-2-1501,张建国,13800005678\n").unwrap();
    let roster = roster.to_str().unwrap();
    let import: &[&[&str]] =
        &[&["import", "households", roster], &["import", "households", roster, "--dry-run"]];
    let before = head(&office);
    for (count, call) in REFUSED.iter().chain(import).enumerate() {
        let ran = office.desk(call);
        assert_eq!(ran.code, 1, "{call:?}: {}{}", ran.out, ran.err);
        ran.refused("supervisor");
        // The refusal is the only thing that was written.
        assert_eq!(head(&office), before + count as i64 + 1, "{call:?}");
    }
    assert_eq!(office.boss_json(&["find", "3-2-1501"])["households"].as_array().unwrap().len(), 0);
    let operators = office.boss_json(&["operator", "list"]);
    assert_eq!(operators["operators"].as_array().unwrap().len(), 2);
    // The supervisor sees it in the evening, and has to look into it: it was tried too often.
    let review = office.boss_json(&["review"]);
    assert_eq!(review["operators"]["counts"]["refused"], REFUSED.len() + import.len());
    let found = review["findings"].as_array().unwrap();
    assert!(found.iter().any(|finding| finding["kind"] == "operator-refused"));
}

#[test]
fn a_supervisors_word_is_given_by_name_and_pin() {
    let office = Office::new();
    let number =
        office.open(&["call", "--contact", "张三", "--set", "about=enquiry", "--set", "content=问路"]);
    office.act(&number, "escalate", &["reason=拿不准"]);
    let instruct = ["act", &number, "instruct", "--set", "instruction=照章办理", "--with", "王敏"];
    let call = |pin: &str| {
        let mut call = office.call();
        call.env("QIANTAI_OPERATOR", "李娜").env("QIANTAI_PIN", PIN).env("QIANTAI_SECOND_PIN", pin);
        run(call.args(instruct))
    };
    office.desk(&["act", &number, "instruct", "--set", "instruction=照章办理"]).refused("supervisor");
    call("802615").refused("PIN is wrong");
    assert_eq!(call(PIN).code, 0);
    office.desk(&["show", &number]).shows("with the word of 王敏");
    let timeline = office.json(&["show", &number])["timeline"].clone();
    let last = timeline.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["by"], &last["with"]), (&"李娜".into(), &"王敏".into()));
    let counts = office.boss_json(&["review"])["operators"]["counts"].clone();
    assert_eq!(counts, serde_json::json!({ "vouched": 1, "wrong-pin": 1 }));
}

#[test]
fn a_lost_pin_is_set_anew_by_the_code_that_the_set_up_showed() {
    let office = Office::empty();
    let begun = office.by("王敏", &["init", "--community", "蔚蓝新都", "--json"]).json();
    let code = begun["recovery_code"].as_str().unwrap().to_owned();
    let recover = |code: &str| {
        let mut call = office.call();
        call.env("QIANTAI_RECOVERY_CODE", code).env("QIANTAI_NEW_PIN", "802615");
        run(call.args(["operator", "recover", "王敏", "--json"]))
    };
    recover("ACDE-FGHJ-KMNP-QRTW-XY34-679A").refused("recovery code");
    let next = recover(&code).json();
    assert_ne!(next["recovery_code"], begun["recovery_code"]);
    office.boss(&["review"]).refused("PIN is wrong");
    let mut call = office.call();
    call.env("QIANTAI_OPERATOR", "王敏").env("QIANTAI_PIN", "802615");
    let review = run(call.args(["review", "--json"])).json();
    assert!(review["findings"].as_array().unwrap().iter().any(|one| one["kind"] == "operator-recovered"));
    recover(&code).refused("recovery code");
}

/// Whether a text holds this number as a whole, not as a part of a longer one.
fn holds(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + number.len()..].chars().next();
        !before.is_some_and(|c| c.is_ascii_digit()) && !after.is_some_and(|c| c.is_ascii_digit())
    })
}

#[test]
fn no_list_of_the_demonstration_shows_a_whole_telephone_number_to_a_receptionist() {
    let office = Office::empty();
    assert_eq!(run(office.call().args(["demo", "--no-ui", "--cases", "400", "--seed", "7"])).code, 0);
    let book = rusqlite::Connection::open(office.path().join("qiantai.db")).unwrap();
    let mut statement = book
        .prepare(
            "SELECT DISTINCT phone FROM cases WHERE length(phone) > 6 UNION SELECT DISTINCT j.value
                  FROM resident, json_each(resident.phones) j WHERE length(j.value) > 6",
        )
        .unwrap();
    let numbers: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(numbers.len() > 100, "{}", numbers.len());
    let unit: String =
        book.query_row("SELECT unit FROM cases WHERE unit LIKE '%-%' LIMIT 1", [], |row| row.get(0)).unwrap();
    let kinds = office.json(&["kinds"]);
    let kinds: Vec<&str> =
        kinds["kinds"].as_array().unwrap().iter().map(|kind| kind["id"].as_str().unwrap()).collect();
    let mut calls: Vec<Vec<&str>> = kinds.iter().map(|kind| vec!["list", kind, "--limit", "400"]).collect();
    calls.extend([
        vec!["find", "1"],
        vec!["find", &unit],
        vec!["callbacks"],
        vec!["household", &unit],
        vec!["review"],
        vec!["operator", "list"],
    ]);
    for call in &calls {
        for json in [false, true] {
            let mut call = call.clone();
            call.extend(json.then_some("--json"));
            let ran = office.desk(&call);
            assert_eq!(ran.code, 0, "{call:?}: {}", ran.err);
            let shown = numbers.iter().find(|number| holds(&ran.out, number));
            assert_eq!(shown, None, "{call:?}");
        }
    }
}
