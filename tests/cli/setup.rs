//! Set-up and operators.

use serde_json::json;

use crate::{Office, PIN, keys, run};

#[test]
fn set_up_makes_a_book_once() {
    let office = Office::empty();
    office.boss(&["list", "repair"]).refused("qiantai init");
    assert_eq!(std::fs::read_dir(office.path()).unwrap().count(), 0, "reading makes no book");
    office.boss(&["init", "--community", "  "]).refused("1 to 60");
    office.boss(&["init", "--community", "蔚蓝新都", "--role", "receptionist"]).refused("supervisor");
    let short = run(office.call().env("QIANTAI_PIN", "123").args([
        "--operator",
        "王敏",
        "init",
        "--community",
        "蔚蓝新都",
    ]));
    short.refused("at least 6");
    run(office.call().args(["--operator", "王敏", "init", "--community", "蔚蓝新都"])).refused("QIANTAI_PIN");
    let made = office.boss(&["init", "--community", "蔚蓝新都", "--json"]).json();
    assert_eq!(keys(&made), ["community", "data", "operator", "recovery_code", "role"]);
    assert_eq!(made["role"], "supervisor");
    office.boss(&["init", "--community", "别处"]).refused("another directory with --data");
    let zh = office.in_chinese();
    zh.boss(&["init", "--community", "别处"]).refused("--data");
}

#[test]
fn operators_are_added_listed_disabled_and_get_new_pins() {
    let office = Office::new();
    let list = office.json(&["operator", "list"]);
    assert_eq!(
        list["operators"],
        json!([
            { "name": "李娜", "role": "receptionist", "disabled": false },
            { "name": "王敏", "role": "supervisor", "disabled": false },
        ])
    );
    office.desk(&["operator", "add", "陈静", "--role", "receptionist"]).refused("supervisor");
    office.boss(&["operator", "add", "李娜", "--role", "receptionist"]).refused("李娜");
    office.boss(&["operator", "add", "赵立", "--role", "assistant"]).refused("manager's assistant");
    office.boss(&["operator", "disable", "王敏"]).refused("last supervisor");
    office.boss(&["operator", "disable", "李娜"]).shows("can no longer log in");
    office.desk(&["operator", "list"]).refused("disabled");
    office.boss(&["operator", "enable", "李娜"]).shows("can log in again");
    let changed = run(office.call().env("QIANTAI_PIN", PIN).env("QIANTAI_NEW_PIN", "135790").args([
        "--operator",
        "李娜",
        "operator",
        "set-pin",
        "李娜",
    ]));
    changed.shows("new PIN");
    office.desk(&["operator", "list"]).refused("Name or PIN is wrong");
    let table = office.in_chinese().boss(&["operator", "list"]);
    table.shows("客服员");
    table.shows("主管");
}

#[test]
fn operators_get_other_roles() {
    let office = Office::new();
    let role = |name: &str| {
        let list = office.boss_json(&["operator", "list"]);
        let found = list["operators"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned();
        found.unwrap()["role"].as_str().unwrap().to_owned()
    };
    let lift = ["operator", "set-role", "李娜", "--role", "supervisor"];
    office.desk(&lift).refused("supervisor");
    office.boss(&["operator", "set-role", "李娜"]).misused("--role");
    office.boss(&["operator", "set-role", "李娜", "--role", "king"]).misused("receptionist, supervisor");
    office.boss(&["operator", "set-role", "无名", "--role", "supervisor"]).refused("无名");
    office.boss(&["operator", "set-role", "李娜", "--role", "assistant"]).refused("manager's assistant");
    office.boss(&["operator", "set-role", "王敏", "--role", "receptionist"]).refused("role");
    assert_eq!((role("李娜"), role("王敏")), ("receptionist".to_owned(), "supervisor".to_owned()));
    office.boss(&lift).shows("李娜 is supervisor now.");
    let added = office.desk(&["operator", "add", "陈静", "--role", "receptionist", "--json"]).json();
    assert_eq!(added["name"], "陈静", "the new role holds at the next command");
    let lowered = office.desk(&["operator", "set-role", "王敏", "--role", "receptionist", "--json"]).json();
    assert_eq!(lowered, json!({ "name": "王敏", "role": "receptionist", "disabled": false }));
    office.boss(&["operator", "add", "赵立", "--role", "receptionist"]).refused("supervisor");
    let zh = office.in_chinese();
    zh.desk(&["operator", "set-role", "陈静", "--role", "supervisor"]).shows("陈静 的角色现在是主管。");
}

#[test]
fn the_new_operators_pin_is_never_taken_from_the_one_who_adds() {
    let office = Office::new();
    let mut command = office.call();
    command.env("QIANTAI_PIN", PIN).args([
        "--operator",
        "王敏",
        "operator",
        "add",
        "陈静",
        "--role",
        "receptionist",
    ]);
    run(&mut command).refused("QIANTAI_NEW_PIN");
}

const ROSTER: &str = "房号,业主姓名,手机号,面积\n\
    3-2-1501,张建国,13800005678,107.5\n\
    3-2-1502,李梅,13900001122,89\n\
    3-2-1503,曾丽,1.38E+10,89\n\
    ,,,\n";

#[test]
fn a_roster_is_taken_in_and_reported_by_row() {
    let office = Office::new();
    let file = office.path().join("名册.csv");
    std::fs::write(&file, ROSTER).unwrap();
    let file = file.to_str().unwrap();
    office.desk(&["import", "households", file]).refused("supervisor");
    office.desk(&["import", "households", file, "--dry-run"]).refused("supervisor");
    let counts = |report: &serde_json::Value| {
        ["read", "added", "changed", "unchanged", "refused"].map(|key| report[key].as_u64().unwrap())
    };
    let dry = office.boss_json(&["import", "households", file, "--dry-run"]);
    assert_eq!(counts(&dry), [3, 2, 0, 0, 1]);
    assert_eq!(office.json(&["find", "张建国"])["households"], json!([]));
    let report = office.boss_json(&["import", "households", file]);
    assert_eq!(counts(&report), [3, 2, 0, 0, 1]);
    for key in ["added", "changed", "problems", "read", "refused", "unchanged"] {
        assert!(keys(&report).contains(&key), "{key}");
    }
    let problem = &report["problems"][0];
    assert_eq!(keys(problem), ["column", "reason", "row"]);
    assert_eq!((&problem["row"], &problem["column"]), (&json!(4), &json!("手机号")));
    assert!(problem["reason"].as_str().unwrap().contains("1.38E+10"));
    assert_eq!(counts(&office.boss_json(&["import", "households", file])), [3, 0, 0, 2, 1]);
    for text in ["3-2-1501", "３２１５０１", "5678", "zjg", "张建"] {
        let found = office.json(&["find", text]);
        assert_eq!(keys(&found), ["cases", "households"]);
        let household = &found["households"][0];
        assert_eq!(household["unit"], "3-2-1501", "{text}");
        assert_eq!(
            household["residents"],
            json!([{ "name": "张建国", "relation": "owner", "phones": ["138****5678"] }])
        );
    }
    let table = office.desk(&["find", "5678"]);
    table.shows("138****5678");
    let zh = office.in_chinese();
    zh.boss(&["import", "households", file]).shows("拒绝 1");
    zh.desk(&["find", "5678"]).shows("业主");
}

#[test]
fn columns_that_no_heading_names_are_given_by_hand() {
    let office = Office::new();
    let file = office.path().join("list.csv");
    std::fs::write(&file, "Where,房主,Ring\n3-2-1501,张建国,13800005678\n").unwrap();
    let file = file.to_str().unwrap();
    office.boss(&["import", "households", file, "--map", "Where"]).misused("NAME=VALUE");
    office.boss(&["import", "households", file, "--map", "Nowhere=unit"]).refused("Nowhere");
    office.boss(&["import", "households", file, "--map", "Where=colour"]).refused("colour");
    office.boss(&["import", "households", "/nowhere/list.csv"]).refused("list.csv");
    let report = office.boss_json(&[
        "import",
        "households",
        file,
        "--map",
        "Where=unit",
        "--map",
        "B=name",
        "--map",
        "Ring=phone",
    ]);
    assert_eq!(report["added"], 1, "{report}");
}

#[test]
fn charges_owed_are_taken_in_the_place_of_what_was_known() {
    let office = Office::new();
    let roster = office.path().join("名册.csv");
    std::fs::write(&roster, ROSTER).unwrap();
    office.boss(&["import", "households", roster.to_str().unwrap()]).shows("refused 1");
    let file = office.path().join("欠费.csv");
    std::fs::write(&file, "房号,费项,账期,余额\n3-2-1501,物业费,9月,252.63\n3-2-1501,水费,9月,31.4\n")
        .unwrap();
    let file = file.to_str().unwrap();
    office.boss(&["import", "arrears", file]).refused("--map COLUMN=amount");
    let mapped = ["import", "arrears", file, "--map", "余额=amount"];
    office.desk(&mapped).refused("supervisor");
    let dry = office.boss_json(&[&mapped[..], &["--dry-run"]].concat());
    assert_eq!(dry["owed"], json!({ "households": 1, "total": 28_403, "cleared": [] }));
    office.boss(&mapped).shows("1 households owe 284.03 in all");
    assert_eq!(office.json(&["find", "3-2-1501"])["households"][0]["arrears"], 28_403);
    std::fs::write(file, "房号,费项,账期,余额\n3-2-1502,物业费,9月,100\n").unwrap();
    let zh = office.in_chinese();
    zh.boss(&mapped).shows("不再欠费: 3-2-1501");
    assert_eq!(zh.json(&["find", "3-2-1501"])["households"][0]["arrears"], 0);
}

#[test]
fn the_file_of_a_household_tells_everything_in_the_order_of_time() {
    let office = Office::new();
    let file = office.path().join("名册.csv");
    std::fs::write(&file, ROSTER).unwrap();
    office.boss(&["import", "households", file.to_str().unwrap()]).shows("refused 1");
    let owed = office.path().join("欠费.csv");
    std::fs::write(&owed, "房号,项目,期间,金额\n3-2-1501,物业费,9月,252.63\n").unwrap();
    office.boss(&["import", "arrears", owed.to_str().unwrap()]).shows("252.63");
    let call = office.json(&["open", "call", "--unit", "3-2-1501", "--set", "content=问停水"]);
    let file = office.json(&["household", "3-2-1501"]);
    assert_eq!(keys(&file), ["entries", "household", "owed", "owed_on", "papers"]);
    assert_eq!(file["household"]["residents"][0]["phones"], json!(["138****5678"]));
    let whole = office.json(&["household", "3栋2单元1501室", "--unmask"]);
    assert_eq!(whole["household"]["residents"][0]["phones"], json!(["13800005678"]));
    let entries = file["entries"].as_array().unwrap();
    let told: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(told, ["owed", "open"]);
    assert_eq!(
        keys(&entries[1]),
        ["action", "at", "by", "changes", "kind", "note", "number", "seq", "state", "summary"]
    );
    assert_eq!(entries[1]["number"], call["number"]);
    assert_eq!(file["owed"][0], json!({ "item": "物业费", "period": "9月", "amount": 25_263 }));
    office.desk(&["household", "9-9-9999"]).refused("9-9-9999");
    let page = office.desk(&["household", "3-2-1501"]);
    page.shows("138****5678");
    page.shows("物业费 9月 252.63");
    let zh = office.in_chinese();
    zh.desk(&["household", "3-2-1501"]).shows("欠费变更");
}
