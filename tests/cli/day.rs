//! Callbacks that are due, the review of a day, and signing it.

use chrono::Utc;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::store::drafts::Draft;
use serde_json::json;

use crate::{Office, keys};

/// A repair whose callback is overdue.
fn overdue(office: &Office) -> String {
    let number =
        office.open(&["repair", "--unit", "3-2-1501", "--contact", "张建国", "--set", "content=漏水"]);
    office.act(&number, "callback-add", &["due=昨天 10:00"]);
    number
}

#[test]
fn callbacks_wait_and_are_overdue() {
    let office = Office::new();
    assert_eq!(office.json(&["callbacks"]), json!({ "callbacks": [], "more": false }));
    let later = office.open(&["repair", "--unit", "3-2-1502", "--set", "content=灯"]);
    office.act(&later, "callback-add", &["due=+3h"]);
    let number = overdue(&office);
    let all = office.json(&["callbacks"]);
    let numbers: Vec<&str> =
        all["callbacks"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, [number.as_str(), later.as_str()]);
    assert_eq!(office.json(&["callbacks", "--limit", "1"])["more"], true);
    let late = office.json(&["callbacks", "--overdue"]);
    assert_eq!(late["callbacks"].as_array().unwrap().len(), 1);
    assert_eq!(
        keys(&late["callbacks"][0]),
        ["attempts", "callback", "case", "due_at", "next_at", "number", "overdue", "stage", "visit"]
    );
    office.desk(&["callbacks"]).shows("!! ");
    for _ in 0..3 {
        office.json(&["callback", &number, "unreached", "--next", "+1h"]);
    }
    let visit = office.json(&["callbacks"]);
    assert_eq!(
        (&visit["callbacks"][0]["visit"], &visit["callbacks"][0]["attempts"]),
        (&json!(true), &json!(3))
    );
    assert_eq!(office.json(&["callbacks", "--overdue"])["callbacks"], json!([]));
    office.desk(&["callback", &number, "satisfied", "--score", "9"]).misused("from 1 to 5");
    office.json(&["callback", &number, "unwanted"]);
    office.desk(&["callback", &number, "satisfied"]).refused("[guard: callback-waits]");
}

#[test]
fn a_day_is_reviewed_and_signed_with_what_is_carried_over() {
    let office = Office::new();
    let number = overdue(&office);
    let review = office.json(&["review"]);
    assert_eq!(keys(&review), ["day", "figures", "findings", "late", "operators", "signed"]);
    assert_eq!(review["signed"], json!(null));
    assert_eq!(review["figures"]["opened"], json!({ "repair": 1 }));
    let finding = &review["findings"][0];
    for key in ["kind", "number", "since", "severity"] {
        assert!(finding.get(key).is_some(), "{key}");
    }
    assert_eq!(
        (&finding["kind"], &finding["number"], &finding["severity"]),
        (&json!("callback-overdue"), &json!(number), &json!("serious"))
    );
    let note = format!("{number}=明天上午再打");
    office.desk(&["sign-off", "--day", "today", "--carry", &note]).refused("supervisor");
    office.boss(&["sign-off", "--day", "today"]).refused(&number);
    office.boss(&["sign-off", "--day", "tomorrow", "--carry", &note]).refused("has not come yet");
    office.boss(&["sign-off", "--day", "today", "--carry", "BX-20200101-001=x"]).refused("BX-20200101-001");
    office.boss(&["sign-off", "--day", "today", "--carry", &format!("{number}= ")]).refused("sentence");
    office.boss(&["sign-off", "--day", "today", "--carry", "x"]).misused("NAME=VALUE");
    let signed = office.boss(&["sign-off", "--day", "today", "--carry", &note, "--json"]).json();
    assert_eq!(keys(&signed["signed"]), ["at", "by"]);
    assert_eq!(signed["signed"]["by"], "王敏");
    assert_eq!(signed["findings"][0]["mark"]["note"], "明天上午再打");
    assert_eq!(signed["findings"][0]["mark"]["what"], "carried");
    office.boss(&["sign-off", "--day", "today"]).refused("signed off");
    office.json(&["callback", &number, "unwanted"]);
    let after = office.json(&["review"]);
    assert_eq!(after["findings"], signed["findings"], "a signed day is frozen");
    assert_eq!(after["late"][0]["subject"], number);
    let zh = office.in_chinese();
    zh.boss(&["review"]).shows("已结转: 明天上午再打");
    zh.boss(&["review"]).shows("签字日结");
}

#[test]
fn findings_that_are_no_cases_are_settled_by_their_subject() {
    let office = Office::new();
    overdue(&office);
    let draft = Draft {
        id: None,
        operator: "李娜".to_owned(),
        kind: "call".to_owned(),
        subject: None,
        title: "来电 09:38".to_owned(),
        begun_at: Utc::now(),
        saved_at: Utc::now(),
        parked: true,
        body: json!({}),
    };
    let mut store = Store::open(office.path(), STANDARD).unwrap();
    let id = store.put_draft(&draft).unwrap();
    drop(store);
    let review = office.json(&["review"]);
    let parked =
        review["findings"].as_array().unwrap().iter().find(|one| one["kind"] == "parked-draft").unwrap();
    assert_eq!((&parked["number"], &parked["subject"]), (&json!(null), &json!(format!("draft:{id}"))));
    office.boss(&["sign-off", "--day", "today", "--settle", &format!("draft:{id}=重复")]).refused("BX-");
    assert_eq!(office.json(&["review"])["findings"][1]["mark"], json!(null), "a refusal marks nothing");
    let settle = format!("draft:{id}=重复录入");
    let signed = office
        .boss(&["sign-off", "--day", "today", "--settle", &settle, "--carry-all", "明天继续", "--json"])
        .json();
    let marks: Vec<&str> = signed["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["mark"]["what"].as_str().unwrap())
        .collect();
    assert_eq!(marks, ["carried", "settled"]);
}

#[test]
fn a_report_is_a_page_a_document_and_a_file() {
    let office = Office::new();
    office.open(&["repair", "--unit", "3-2-1501", "--set", "content=漏水"]);
    let today = (Utc::now() + chrono::TimeDelta::hours(8)).date_naive().to_string();
    let month = &today[..7];
    let report = office.json(&["report", "month", month]);
    assert_eq!(keys(&report), ["at", "community", "period", "sections", "summary", "title"]);
    assert_eq!((&report["period"]["sort"], &report["period"]["name"]), (&json!("month"), &json!(month)));
    let kinds = report["sections"].as_array().unwrap().iter().find(|one| one["id"] == "kinds").unwrap();
    assert_eq!(kinds["rows"], json!([{ "name": "Repair", "depth": 0, "sums": false, "cells": [1, 0, 1] }]));
    office.desk(&["report", "day", &today]).shows("Figures and targets");
    for ending in ["csv", "json", "xlsx", "pdf"] {
        let file = office.path().join(format!("report.{ending}"));
        let file = file.to_str().unwrap();
        assert_eq!(office.json(&["report", "period", "2026-01-01", &today, "-o", file])["file"], file);
        assert!(std::fs::metadata(file).unwrap().len() > 200, "{ending}");
        office.desk(&["report", "day", &today, "-o", file]).refused("--force");
        office.desk(&["report", "day", &today, "-o", file, "--force"]).shows(file);
    }
    office.desk(&["report", "month", month, "-o", "report.doc"]).refused(".pdf, .xlsx");
    office.desk(&["report", "period", &today]).misused("its last day");
    office.desk(&["report", "month", month, &today]).misused("Only a free period");
    office.desk(&["report", "month", "2026-13"]).refused("write it like");
    office.desk(&["report", "year", "2999"]).refused("has not come yet");
}
