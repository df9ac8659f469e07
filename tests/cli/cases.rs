//! Cases through their whole lives, refusals with their guards, documents key by key.

use serde_json::{Value, json};

use crate::{Office, keys, run};

const CASE: [&str; 15] = [
    "category",
    "closed_at",
    "contact",
    "detail",
    "due_at",
    "kind",
    "number",
    "opened_at",
    "opened_by",
    "owner",
    "phone",
    "state",
    "summary",
    "unit",
    "urgency",
];

/// The first option of a field of a kind.
fn first_option(office: &Office, kind: &str, field: &str) -> String {
    let document = office.json(&["kinds", kind]);
    let fields = document["opening"].as_array().unwrap().iter().chain(document["fields"].as_array().unwrap());
    let found = fields.into_iter().find(|one| one["field"] == field).unwrap();
    found["options"][0]["id"].as_str().unwrap().to_owned()
}

fn repair(office: &Office) -> String {
    office.open(&[
        "repair",
        "--unit",
        "３－２－１５０１",
        "--contact",
        "张建国",
        "--phone",
        "１３８ ００００ ５６７８",
        "--set",
        "content=厨房水管漏水",
        "--set",
        "urgency=urgent",
    ])
}

#[test]
fn a_case_has_the_promised_shape() {
    let office = Office::new();
    let number = repair(&office);
    let list = office.json(&["list", "repair"]);
    assert_eq!(keys(&list), ["cases", "more"]);
    let case = &list["cases"][0];
    assert_eq!(keys(case), CASE);
    assert_eq!(case["number"], number);
    assert_eq!(case["kind"], "repair");
    assert_eq!(case["state"], "registered");
    assert_eq!(case["unit"], "3-2-1501");
    assert_eq!(case["contact"], "张建国");
    assert_eq!(case["phone"], "138****5678");
    assert_eq!(case["urgency"], "urgent");
    assert_eq!(case["opened_by"], "李娜");
    assert_eq!(case["owner"], "李娜");
    assert_eq!(case["closed_at"], Value::Null);
    assert_eq!(case["detail"]["content"], "厨房水管漏水");
    for time in ["opened_at", "due_at"] {
        let text = case[time].as_str().unwrap();
        assert!(text.ends_with("+08:00"), "{text}");
        chrono::DateTime::parse_from_rfc3339(text).unwrap();
    }
    let show = office.json(&["show", &number.to_lowercase()]);
    let mut shown: Vec<&str> = CASE.to_vec();
    shown.extend(["actions", "callbacks", "escalated", "links", "promises", "revision", "timeline"]);
    shown.sort_unstable();
    assert_eq!(keys(&show), shown);
    let entry = &show["timeline"][0];
    for key in ["seq", "at", "by", "action"] {
        assert!(entry.get(key).is_some(), "{key}");
    }
    assert_eq!((entry["action"].as_str(), entry["by"].as_str()), (Some("open"), Some("李娜")));
    let action = show["actions"].as_array().unwrap().iter().find(|one| one["action"] == "dispatch").unwrap();
    assert_eq!(keys(action), ["action", "allowed", "guard", "why_not"]);
    assert_eq!((&action["allowed"], &action["why_not"]), (&json!(true), &Value::Null));
}

/// All texts of a document that hold an instant, with where they stand.
fn instants(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, one)| instants(one, &format!("{path}/{key}"), found));
        }
        Value::Array(rows) => rows.iter().for_each(|one| instants(one, path, found)),
        Value::String(text) if chrono::DateTime::parse_from_rfc3339(text).is_ok() => {
            found.push((path.to_owned(), text.clone()));
        }
        _ => {}
    }
}

#[test]
fn every_time_in_a_document_has_the_offset_of_the_community() {
    let office = Office::new();
    let number = repair(&office);
    let engineer = format!("engineer={}", first_option(&office, "repair", "engineer"));
    office.act(&number, "dispatch", &[&engineer]);
    office.act(&number, "arrive", &[]);
    let moving =
        office.open(&["move-in", "--unit", "3-2-1502", "--contact", "李梅", "--phone", "13900001122"]);
    office.act(&moving, "notify", &["done_at=2026-11-24 10:00"]);
    let mut found = Vec::new();
    for document in [
        office.json(&["show", &number]),
        office.json(&["show", &moving]),
        office.json(&["list", "repair"]),
        office.json(&["find", &number]),
        office.json(&["callbacks"]),
    ] {
        instants(&document, "", &mut found);
    }
    for (path, text) in &found {
        assert!(text.ends_with("+08:00"), "{path}: {text}");
    }
    for place in [
        "/detail/arrived_at",
        "/detail/steps/notify/at",
        "/cases/detail/arrived_at",
        "/timeline/changes/after",
        "/timeline/inputs/done_at",
        "/timeline/events/promised/due",
        "/promises/due",
    ] {
        assert!(found.iter().any(|(path, _)| path == place), "{place} is not among {found:?}");
    }
    // The same instant as before, said in another way.
    let step = found.iter().find(|(path, _)| path == "/detail/steps/notify/at");
    assert_eq!(step.unwrap().1, "2026-11-24T10:00:00+08:00");
}

#[test]
fn a_page_names_the_rule_of_a_promise() {
    let office = Office::new();
    let number = repair(&office);
    let page = office.desk(&["show", &number]);
    page.shows("By the rule");
    let promise = page.out.lines().find(|line| line.trim_start().starts_with("engineer on site"));
    assert!(promise.is_some_and(|line| line.contains("by the clock")), "{}", page.out);
    let zh = office.in_chinese();
    zh.desk(&["show", &number]).shows("按时钟");
    let by = zh.desk(&["act", &number, "promise", "--set", "due=明天 10:00", "--set", "reason=等配件"]);
    assert_eq!(by.code, 0, "{}", by.err);
    let page = zh.desk(&["show", &number]);
    page.shows("人工改定: 等配件");
    page.shows("已撤回");
}

#[test]
fn people_read_tables_with_masked_telephones_and_pages_with_whole_ones() {
    let office = Office::new().in_chinese();
    let number = repair(&office);
    let list = office.desk(&["list", "repair"]);
    list.shows("张建国");
    list.shows("138****5678");
    assert!(!list.out.contains("13800005678"));
    let lines: Vec<&str> = list.out.lines().collect();
    let column = |line: &str, word: &str| {
        let at = line.find(word).unwrap();
        unicode_width::UnicodeWidthStr::width(&line[..at])
    };
    assert_eq!(column(lines[0], "电话"), column(lines[1], "138****5678"), "{}", list.out);
    office.desk(&["show", &number]).shows("13800005678");
    // The documents are lists too. Whole ones are a supervisor's, and on record.
    for call in [["list", "repair"], ["find", "5678"]] {
        let masked = office.json(&call);
        assert!(!masked.to_string().contains("13800005678"), "{masked}");
        assert!(masked.to_string().contains("138****5678"), "{masked}");
        let [command, what] = call;
        office.desk(&[command, what, "--unmask"]).refused("主管");
        assert!(office.boss_json(&[command, what, "--unmask"]).to_string().contains("13800005678"));
    }
    let counts = office.boss_json(&["review"])["operators"]["counts"].clone();
    assert_eq!(counts, serde_json::json!({ "refused": 2, "reveal": 2 }));
}

#[test]
fn a_ledger_is_added_up_without_what_was_scrapped() {
    let office = Office::new().in_chinese();
    let thing = |name: &str, count: &str, price: &str| {
        office.open(&["equipment", "--set", name, "--set", count, "--set", price])
    };
    thing("thing=电脑", "count=3", "price=4000");
    let fax = thing("thing=传真机", "count=1", "price=12000");
    office.desk(&["list", "equipment"]).shows("合计 24000.00 元");
    office.desk(&["list", "equipment", "--limit", "1"]).shows("合计 12000.00+ 元");
    assert_eq!(office.boss(&["act", &fax, "scrap", "--set", "scrapped_why=worn-out"]).code, 0);
    office.desk(&["list", "equipment"]).shows("合计 12000.00 元");
    let repairs = office.desk(&["list", "repair"]);
    assert!(!repairs.out.contains("合计"), "{}", repairs.out);
}

#[test]
fn what_is_booked_and_lent_is_told_by_the_hour_and_by_the_piece() {
    let office = Office::new();
    let who = ["--contact", "张建国", "--phone", "13800005678"];
    let open = |kind: &str, given: &[&str]| {
        let set = given.iter().flat_map(|given| ["--set", *given]);
        office.open(&[kind].into_iter().chain(who).chain(set).collect::<Vec<_>>())
    };
    open("booking", &["category=tennis", "from=tomorrow 10:00", "until=tomorrow 12:00"]);
    let lent = open("loan", &["category=umbrella", "count=3"]);
    let gone = open("loan", &["category=pump"]);
    assert_eq!(office.act(&gone, "lose", &["lost=丢了"]), "lost");
    assert_eq!(office.boss(&["act", &gone, "write-off", "--set", "reason=找不到"]).code, 0);

    let plan = office.json(&["plan", "booking", "--day", "tomorrow"]);
    let thing = |plan: &serde_json::Value, code: &str| -> serde_json::Value {
        let things = plan["things"].as_array().unwrap();
        things.iter().find(|thing| thing["code"] == code).unwrap().clone()
    };
    let tennis = thing(&plan, "tennis");
    let taken: Vec<_> =
        tennis["hours"].as_array().unwrap().iter().map(|hour| hour["taken"].as_u64().unwrap()).collect();
    assert_eq!((taken.len(), taken.iter().sum::<u64>()), (16, 2), "of the sixteen hours of service two");
    assert_eq!((taken[3], taken[4], taken[5]), (1, 1, 0), "from ten to twelve");
    assert_eq!(tennis["held"][0]["contact"], "张建国");
    let today = thing(&office.json(&["plan", "booking"]), "tennis");
    assert_eq!(today["held"], serde_json::json!([]));

    let stock = office.json(&["plan", "loan"]);
    let count = |code: &str| {
        let thing = thing(&stock, code);
        ["all", "out", "gone", "left"].map(|key| thing[key].as_u64().unwrap())
    };
    assert_eq!((count("umbrella"), count("pump")), ([20, 3, 0, 17], [2, 0, 1, 1]));
    office.desk(&["plan", "loan"]).shows(&lent);
    office.desk(&["plan", "loan"]).shows("Umbrella");
    office.desk(&["plan", "booking", "--day", "tomorrow"]).shows("Tennis court");
    office.desk(&["plan", "repair"]).refused("neither booked by the hour nor lent");
}

#[test]
fn a_chargeable_repair_from_the_call_to_the_end() {
    let office = Office::new();
    let number = repair(&office);
    let engineer = format!("engineer={}", first_option(&office, "repair", "engineer"));
    assert_eq!(office.act(&number, "dispatch", &[&engineer]), "dispatched");
    assert_eq!(office.act(&number, "arrive", &[]), "on-site");
    let quote = r#"quote=[{"what": "水龙头", "count": 2, "price": "85.50"}]"#;
    assert_eq!(office.act(&number, "quote", &[quote]), "quoted");
    let shown = office.json(&["show", &number]);
    assert_eq!(shown["detail"]["quote_total"], 17_100);
    office.desk(&["act", &number, "start"]).refused("[guard: free-or-agreed]");
    assert_eq!(office.act(&number, "decline", &["declined=太贵"]), "declined");
    assert_eq!(office.act(&number, "quote", &[quote]), "quoted");
    assert_eq!(office.act(&number, "agree", &["agreed_how=phone"]), "agreed");
    assert_eq!(office.act(&number, "start", &[]), "working");
    office.desk(&["act", &number, "finish", "--set", "site_cleared=no"]).refused("[guard: site-cleared]");
    let above = r#"materials=[{"what": "水龙头", "count": 3, "price": "85.50"}]"#;
    let finish = ["act", &number, "finish", "--set", "site_cleared=yes", "--set"];
    office.desk(&[&finish[..], &[above]].concat()).refused("[guard: within-quote]");
    assert_eq!(office.act(&number, "finish", &["site_cleared=是", "labour=0"]), "finished");
    assert_eq!(office.act(&number, "confirm", &[]), "to-pay");
    office.desk(&["act", &number, "close"]).refused("[guard: paid-or-free]");
    assert_eq!(office.act(&number, "pay", &["receipt=SJ-0017"]), "to-call");
    office.desk(&["act", &number, "close"]).refused("[guard: called-back]");
    let waiting = office.json(&["callbacks"]);
    assert_eq!(waiting["callbacks"][0]["number"], number);
    let called = office.json(&["callback", &number, "satisfied", "--score", "５", "--note", "修得好"]);
    assert_eq!(called["state"], "called-back");
    assert_eq!(office.act(&number, "close", &[]), "closed");
    let closed = office.json(&["show", &number]);
    assert!(closed["closed_at"].is_string());
    assert_eq!(closed["callbacks"][0]["attempts"][0]["score"], 5);
    assert_eq!(office.json(&["list", "repair", "--open"])["cases"], json!([]));
}

#[test]
fn chargeable_work_does_not_start_before_it_is_agreed() {
    let office = Office::new();
    let number =
        office.open(&["repair", "--unit", "3-2-1501", "--set", "content=换锁", "--set", "chargeable=yes"]);
    let engineer = format!("engineer={}", first_option(&office, "repair", "engineer"));
    office.act(&number, "dispatch", &[&engineer]);
    office.act(&number, "arrive", &[]);
    office.desk(&["act", &number, "start"]).refused("[guard: free-or-agreed]");
    let shown = office.json(&["show", &number]);
    let start = shown["actions"].as_array().unwrap().iter().find(|one| one["action"] == "start").unwrap();
    assert_eq!((&start["allowed"], &start["guard"]), (&json!(false), &json!("free-or-agreed")));
    assert!(start["why_not"].is_string());
    let zh = office.in_chinese();
    zh.desk(&["act", &number, "start"]).refused("〔条件: free-or-agreed〕");
    zh.desk(&["show", &number]).shows("start");
}

#[test]
fn a_complaint_ends_only_after_a_reply_and_a_callback_that_reached_the_resident() {
    let office = Office::new();
    let code = first_option(&office, "complaint", "category");
    let number = office.open(&[
        "complaint",
        "--unit",
        "3-2-1501",
        "--contact",
        "张建国",
        "--set",
        "content=楼上噪音",
        "--set",
        &format!("category={code}"),
    ]);
    let department = format!("department={}", first_option(&office, "complaint", "department"));
    let judged = office.act(&number, "judge", &["verdict=ordinary", &department, "deadline=+2h"]);
    assert_eq!(judged, "with-department");
    assert_eq!(office.act(&number, "handle", &["measures=已上门劝说"]), "handled");
    office.desk(&["act", &number, "close"]).refused("[guard: replied]");
    assert_eq!(office.act(&number, "reply", &["reply=已处理"]), "replied");
    office.desk(&["act", &number, "close"]).refused("[guard: reached]");
    let failed = office.json(&["callback", &number, "unreached", "--next", "+1h"]);
    assert_eq!(failed["state"], "replied");
    office
        .desk(&["callback", &number, "unreached", "--next", "2020-01-01 10:00"])
        .refused("[guard: in-the-future]");
    office.desk(&["act", &number, "close"]).refused("[guard: reached]");
    assert_eq!(office.json(&["callback", &number, "dissatisfied", "--note", "还在吵"])["state"], "handling");
    assert_eq!(office.act(&number, "handle", &["measures=再次上门"]), "handled");
    assert_eq!(office.act(&number, "reply", &["reply=已约定安静时间", "reply_way=in-person"]), "replied");
    assert_eq!(office.json(&["callback", &number, "满意", "--score", "4"])["state"], "satisfied");
    assert_eq!(office.act(&number, "close", &[]), "closed");
}

#[test]
fn refusals_say_what_is_there() {
    let office = Office::new();
    let number = repair(&office);
    office.desk(&["open", "repairs"]).refused("repair, complaint");
    office.desk(&["open", "repair", "--set", "colour=red", "--set", "content=x"]).refused("colour");
    office.desk(&["open", "repair"]).refused("content: ");
    office.desk(&["open", "repair", "--set", "content=x", "--set", "chargeable=perhaps"]).refused("perhaps");
    office.desk(&["open", "repair", "--set", "content=x", "--phone", "1.38E+10"]).refused("1.38E+10");
    office
        .desk(&["open", "repair", "--set", "content=x", "--set", "appointment=some day"])
        .refused("some day");
    office.desk(&["open", "repair", "--set", "content"]).misused("NAME=VALUE");
    office.desk(&["show", "BX-20200101-001"]).refused("BX-20200101-001");
    office.desk(&["act", &number, "explode"]).refused("dispatch");
    office.desk(&["act", &number, "dispatch", "--set", "engineer=nobody"]).refused("nobody");
    office.desk(&["act", &number, "finish"]).refused("");
    office.desk(&["act", &number, "instruct", "--set", "instruction=x"]).refused("");
    office.desk(&["list", "repair", "--from", "someday"]).refused("someday");
    // Nothing of all this was written.
    assert_eq!(office.json(&["show", &number])["revision"], 1);
    assert_eq!(office.json(&["list", "repair"])["cases"].as_array().unwrap().len(), 1);
}

#[test]
fn a_call_is_answered_at_once_or_turned_into_a_repair() {
    let office = Office::new();
    let answered = office.json(&[
        "open",
        "call",
        "--contact",
        "李梅",
        "--set",
        "content=问收费",
        "--set",
        "answer=每月二十五日",
        "--then",
        "answered",
    ]);
    assert_eq!(answered["state"], "answered");
    assert_eq!(answered["detail"]["answer"], "每月二十五日");
    let turned = office.json(&[
        "open",
        "call",
        "--unit",
        "3-2-1501",
        "--contact",
        "张建国",
        "--set",
        "about=repair",
        "--set",
        "content=水管爆裂",
        "--then",
        "turn-into",
        "--set",
        "into=repair",
        "--set",
        "then.urgency=urgent",
    ]);
    let repair = &turned["also"][0];
    assert_eq!(keys(repair), CASE);
    assert_eq!(
        (&repair["kind"], &repair["unit"], &repair["contact"], &repair["urgency"]),
        (&json!("repair"), &json!("3-2-1501"), &json!("张建国"), &json!("urgent"))
    );
    let shown = office.json(&["show", repair["number"].as_str().unwrap()]);
    assert_eq!(shown["links"], json!([{ "number": turned["number"], "relation": "came-from" }]));
    let visit =
        office.open(&["visit", "--contact", "王工", "--set", "about=complaint", "--set", "content=电梯吵"]);
    let code = format!("category={}", first_option(&office, "complaint", "category"));
    office.act(&visit, "turn-into", &["into=投诉", &code]);
    office.desk(&["show", &visit]).shows("turned into");
    let links = office.json(&["show", &visit])["links"].clone();
    assert!(links[0]["number"].as_str().unwrap().starts_with("TS-"), "{links}");
}

#[test]
fn lists_are_limited_and_narrowed() {
    let office = Office::new();
    for unit in ["3-2-1501", "3-2-1502", "3-2-1501"] {
        office.open(&["repair", "--unit", unit, "--set", "content=灯不亮"]);
    }
    let page = office.json(&["list", "BX", "--limit", "2"]);
    assert_eq!(page["cases"].as_array().unwrap().len(), 2);
    assert_eq!(page["more"], true);
    let count = |arguments: &[&str]| office.json(arguments)["cases"].as_array().unwrap().len();
    assert_eq!(count(&["list", "repair", "--unit", "3栋2单元1501"]), 2);
    assert_eq!(count(&["list", "repair", "--from", "today", "--to", "今天"]), 3);
    assert_eq!(count(&["list", "repair", "--to", "yesterday"]), 0);
    assert_eq!(count(&["list", "complaint"]), 0);
    assert_eq!(count(&["find", "灯不亮"]), 3);
    assert_eq!(count(&["find", "灯不亮", "--limit", "1"]), 1);
    office.desk(&["find", "没有这个"]).shows("Nothing was found");
}

#[test]
fn hostile_text_is_shown_harmlessly_and_kept_as_it_was() {
    let office = Office::new();
    let contact = "\u{1b}[31m\u{202e}张\u{7}\t🏠e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";
    let content = "a\u{1b}]0;title\u{7}\nb\r\nc";
    let number = office.open(&["repair", "--contact", contact, "--set", &format!("content={content}")]);
    let shown = office.json(&["show", &number]);
    assert_eq!(shown["contact"], contact);
    let mut texts = vec![office.desk(&["show", &number]), office.desk(&["list", "repair"])];
    texts.push(office.desk(&["open", "call", "--contact", contact, "--set", "content=\u{1b}[2J"]));
    for text in &texts {
        assert_eq!(text.code, 0, "{}", text.err);
        let bad = text.out.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{:?}", text.out);
    }
    assert_eq!(texts[1].out.trim_end().lines().count(), 2, "a row stays one line: {}", texts[1].out);
    let refused = office.desk(&["act", "\u{1b}[2JBX", "\u{1b}[2J"]);
    assert_eq!(refused.code, 1);
    assert!(!refused.err.contains('\u{1b}'), "{:?}", refused.err);
    let misused = run(office.call().arg("\u{1b}[2J"));
    assert_eq!(misused.code, 2);
    assert!(!misused.err.contains('\u{1b}'), "{:?}", misused.err);
}

#[test]
fn every_kind_tells_its_fields_states_and_actions() {
    let office = Office::new();
    let kinds = office.json(&["kinds"]);
    let ids: Vec<&str> =
        kinds["kinds"].as_array().unwrap().iter().map(|kind| kind["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..6], ["call", "visit", "repair", "complaint", "move-in", "release-pass"]);
    for id in ids {
        let kind = office.json(&["kinds", id]);
        assert_eq!(keys(&kind), ["actions", "fields", "id", "name", "opening", "prefix", "role", "states"]);
        for state in kind["states"].as_array().unwrap() {
            assert_ne!(state["name"], format!("{id}.state.{}", state["id"].as_str().unwrap()));
        }
        office.desk(&["kinds", id]).shows("amend");
    }
    let zh = office.in_chinese();
    zh.desk(&["kinds"]).shows("报修");
    zh.desk(&["kinds", "报修"]).shows("free-or-agreed");
}

#[test]
fn a_pass_is_verified_by_its_code() {
    let office = Office::new();
    let lines = r#"lines=[{"name":"钢琴","count":1},{"name":"纸箱","count":12}]"#;
    let number = office.open(&[
        "release-pass",
        "--unit",
        "3-2-1501",
        "--contact",
        "仇建国",
        "--set",
        lines,
        "--set",
        "plate=粤b12345",
        "--set",
        "carrier=大众搬家",
    ]);
    assert_eq!(office.json(&["show", &number])["detail"]["check_code"], Value::Null);
    office.act(&number, "approve", &[]);
    let shown = office.json(&["show", &number]);
    let code = shown["detail"]["check_code"].as_str().unwrap();
    office.desk(&["show", &number]).shows(code);
    let verdict = office.json(&["pass", "verify", &code.to_lowercase()]);
    assert_eq!(
        keys(&verdict),
        [
            "applicant_role",
            "carrier",
            "checked_out_at",
            "code",
            "contact",
            "lines",
            "number",
            "plate",
            "state",
            "unit",
            "valid",
            "valid_until",
            "why_not"
        ]
    );
    assert_eq!((&verdict["valid"], &verdict["number"]), (&Value::Bool(true), &shown["number"]));
    assert_eq!(verdict["lines"][1]["count"], 12);
    office.desk(&["pass", "verify", code]).shows("VALID");
    office.desk(&["pass", "verify", &code[..6]]).refused("8 signs");
    let document = office.desk(&["pass", "verify", "AAAA-AAAA", "--json"]);
    assert_eq!((document.code, document.out.contains("\"valid\": false")), (1, true), "{}", document.out);
    office.boss(&["act", &number, "void", "--set", "reason=不搬了"]);
    let void = office.desk(&["pass", "verify", code, "--json"]);
    void.ended(1, "void");
    let document: Value = serde_json::from_str(&void.out).unwrap();
    assert_eq!((&document["valid"], &document["state"]), (&Value::Bool(false), &Value::from("void")));
}

#[test]
fn an_amendment_and_a_void_show_both_versions() {
    let office = Office::new();
    let number =
        office.open(&["call", "--contact", "张三", "--phone", "13800005678", "--set", "content=问路"]);
    let amended = ["contact=李四", "phone=13900001111", "content=问车位", "reason=听错了"];
    office.act(&number, "amend", &amended);
    office.act(&number, "void", &["reason=打错了"]);
    let shown = office.desk(&["show", &number]).out;
    for words in
        ["听错了", "Caller: 张三 -> 李四", "Content: 问路 -> 问车位", "138****5678 -> 139****1111", "打错了"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("13800005678"), "{shown}");
    let timeline = office.json(&["show", &number])["timeline"].clone();
    let changes = timeline[1]["changes"].as_array().unwrap();
    let contact = changes.iter().find(|change| change["field"] == "contact").unwrap();
    assert_eq!((&contact["before"], &contact["after"]), (&"张三".into(), &"李四".into()));
    let shown = office.in_chinese().desk(&["show", &number]).out;
    assert!(shown.contains("来电人: 张三 -> 李四"), "{shown}");
}
