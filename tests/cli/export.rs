//! Exports and what comes back of them.

use serde_json::Value;

use crate::{Office, keys};

fn office() -> Office {
    let office = Office::new();
    for (unit, phone) in [("3-2-1501", "13800005678"), ("3-2-1502", "13911112222")] {
        office.open(&[
            "repair",
            "--unit",
            unit,
            "--contact",
            "张建国",
            "--phone",
            phone,
            "--set",
            "content=厨房水管漏水",
        ]);
    }
    office
}

#[test]
fn cases_are_written_with_masked_numbers_and_nothing_is_replaced_unasked() {
    let office = office();
    let file = office.path().join("repairs.csv");
    let name = file.to_str().unwrap();
    let document = office.json(&["export", "repair", "-o", name]);
    assert_eq!(keys(&document), ["count", "file", "from", "masked", "to", "what"]);
    assert_eq!((&document["count"], &document["masked"]), (&Value::from(2), &Value::from(true)));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("138****5678") && !text.contains("13800005678"), "{text}");
    assert!(text.lines().next().unwrap().contains("Unit [unit]"), "{text}");
    office.desk(&["export", "repair", "-o", name]).refused("--force");
    office.desk(&["export", "repair", "-o", name, "--force"]).shows("2 records");
    office.desk(&["export", "repair", "-o", name, "--force", "--unmask"]).refused("supervisor");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("13800005678"));
    office.boss(&["export", "repair", "-o", name, "--force", "--unmask"]).shows("recorded");
    assert!(std::fs::read_to_string(&file).unwrap().contains("13800005678"));
    office.desk(&["export", "repair", "-o", "repairs.pdf"]).refused(".xlsx, .csv or .json");
    office.desk(&["export", "nothing", "-o", name]).refused("no kind");
    let none = office.json(&["export", "repair", "-o", name, "--force", "--to", "2020-01-01"]);
    assert_eq!(none["count"], 0);
    let empty = office.path().join("houses.xlsx");
    office.desk(&["export", "households", "-o", empty.to_str().unwrap()]).shows("0 records");
    assert!(empty.is_file());
}

#[test]
fn exported_cases_are_taken_in_by_another_book_or_none_of_them() {
    let office = office();
    let (full, masked) = (office.path().join("full.xlsx"), office.path().join("masked.xlsx"));
    let (full, masked) = (full.to_str().unwrap(), masked.to_str().unwrap());
    office.boss(&["export", "repair", "-o", full, "--unmask"]);
    office.desk(&["export", "repair", "-o", masked]);
    let other = Office::new();
    other.desk(&["import", "cases", full]).refused("supervisor");
    let refused = other.boss(&["import", "cases", masked, "--json"]);
    refused.ended(1, "Nothing was taken in");
    let report: Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!(keys(&report), ["added", "changed", "problems", "read", "refused", "unchanged"]);
    assert_eq!((&report["refused"], &report["problems"][0]["row"]), (&Value::from(2), &Value::from(3)));
    let reason = report["problems"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("--unmask"), "{reason}");
    other.boss(&["import", "cases", full, "--dry-run"]).shows("2");
    assert_eq!(other.json(&["list", "repair"])["cases"].as_array().unwrap().len(), 0);
    assert_eq!(other.boss_json(&["import", "cases", full])["added"], 2);
    assert_eq!(other.boss_json(&["import", "cases", full])["unchanged"], 2);
    let cases = other.json(&["list", "repair"]);
    let number = cases["cases"][0]["number"].as_str().unwrap();
    let case = other.json(&["show", number]);
    assert_eq!((&case["timeline"][0]["action"], &case["state"]), (&"imported".into(), &"registered".into()));
    assert_eq!(case["timeline"].as_array().unwrap().len(), 1);
    other.desk(&["show", number]).shows("full.xlsx");
    // It goes on as if it had always been here.
    assert_eq!(other.act(number, "note", &["note=已联系"]), "registered");
    let no_export = other.path().join("list.csv");
    std::fs::write(&no_export, "a,b\n1,2\n").unwrap();
    other.boss(&["import", "cases", no_export.to_str().unwrap()]).refused("no exported cases");
}
