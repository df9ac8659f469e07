//! What a receptionist can't do on the command line either, and the supervisor's word there.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Office, PIN, run};

/// Every verb of a supervisor that the command line has, as a receptionist would try it. Words in
/// capitals stand for files, a copy of the book among them, and for a call that a supervisor opened.
const REFUSED: &[&[&str]] = &[
    &["operator", "add", "新人", "--role", "receptionist"],
    &["operator", "disable", "王敏"],
    &["operator", "enable", "王敏"],
    &["operator", "set-role", "李娜", "--role", "supervisor"],
    &["operator", "set-pin", "王敏"],
    &["operator", "new-recovery-code", "王敏"],
    &["sign-off", "--day", "today"],
    &["import", "households", "ROSTER"],
    &["import", "households", "ROSTER", "--dry-run"],
    &["import", "arrears", "OWED"],
    &["import", "equipment", "THINGS"],
    &["import", "cases", "CASES"],
    &["backup-key", "new"],
    &["backup-key", "use", "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq"],
    &["backup-key", "off"],
    &["restore", "COPY"],
    &["retention"],
    &["retention", "--run"],
    &["retention", "--remove-copies"],
    &["export", "call", "--unmask", "-o", "OUT"],
    &["list", "call", "--unmask"],
    &["find", "张", "--unmask"],
    &["callbacks", "--unmask"],
    &["open", "budget", "--set", "title=明年预算"],
    &["act", "CALL", "void", "--set", "reason=打错了"],
];

/// Commands that have no verb of a supervisor: what the counter does every day, and what needs nobody.
const OF_THE_COUNTER: &[&str] = &[
    "demo",
    "init",
    "household",
    "kinds",
    "show",
    "plan",
    "print",
    "forms",
    "pass",
    "callback",
    "review",
    "backup",
    "report",
    "doctor",
    "completions",
    "man",
];

fn head(office: &Office) -> i64 {
    let book = rusqlite::Connection::open(office.path().join("qiantai.db")).unwrap();
    book.query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_receptionist_is_refused_every_verb_of_a_supervisor() {
    let office = Office::new();
    let file = |name: &str| office.path().join(name).to_str().unwrap().to_owned();
    let lists = [
        ("ROSTER", "房号,姓名,电话\n3-2-1501,张建国,13800005678\n"),
        ("OWED", "房号,金额\n3-2-1501,100\n"),
        ("THINGS", "名称,数量,单价\n对讲机,2,300\n"),
    ];
    for (name, rows) in lists {
        std::fs::write(file(&format!("{name}.csv")), rows).unwrap();
    }
    let call = ["open", "call", "--contact", "张三", "--set", "content=问路"];
    let number = office.boss_json(&call)["number"].as_str().unwrap().to_owned();
    let copy = file("COPY.db");
    office.boss_json(&["backup", &copy]);
    office.desk(&["export", "call", "-o", &file("CASES.csv")]).shows("CASES.csv");
    let before = head(&office);
    for (count, call) in REFUSED.iter().enumerate() {
        let given = |word: &&str| match *word {
            "CALL" => number.clone(),
            "COPY" => copy.clone(),
            "ROSTER" | "OWED" | "THINGS" | "CASES" | "OUT" => file(&format!("{word}.csv")),
            word => word.to_owned(),
        };
        let given: Vec<String> = call.iter().map(given).collect();
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let ran = office.desk(&given);
        assert_eq!(ran.code, 1, "{call:?}: {}{}", ran.out, ran.err);
        ran.refused("supervisor");
        // The refusal is the only thing that was written.
        assert_eq!(head(&office), before + count as i64 + 1, "{call:?}");
    }
    assert!(!Path::new(&file("OUT.csv")).exists(), "nothing was exported");
    assert_eq!(office.boss_json(&["find", "3-2-1501"])["households"].as_array().unwrap().len(), 0);
    let operators = office.boss_json(&["operator", "list"]);
    assert_eq!(operators["operators"].as_array().unwrap().len(), 2);
    // The supervisor sees it in the evening, and has to look into it: it was tried too often.
    let review = office.boss_json(&["review"]);
    assert_eq!(review["operators"]["counts"]["refused"], REFUSED.len());
    let found = review["findings"].as_array().unwrap();
    assert!(found.iter().any(|finding| finding["kind"] == "operator-refused"));
    // What was tried is said in words.
    let office = office.in_chinese();
    let page = office.boss(&["review"]).out;
    for verb in ["copies", "retention", "import-", "set-pin", "unmask", "restore", "export"] {
        assert!(!page.contains(verb), "{verb}: {page}");
    }
}

#[test]
fn every_command_is_tried_or_is_of_the_counter() {
    let office = Office::empty();
    let page = run(office.call().args(["man", "--json"])).json()["page"].as_str().unwrap().to_owned();
    let names = page.lines().filter_map(|line| line.strip_prefix("qiantai\\-")?.strip_suffix("(1)"));
    let names: BTreeSet<String> = names.map(|name| name.replace("\\-", "-")).collect();
    let tried = REFUSED.iter().map(|call| call[0]);
    let known: BTreeSet<String> = tried.chain(OF_THE_COUNTER.iter().copied()).map(str::to_owned).collect();
    assert!(names.len() > 20, "{page}");
    assert_eq!(names, known);
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
