//! Printing from a script: the sheet in its file, the record in the timeline, refusals.
#![cfg(feature = "print")]

use std::fs;

use crate::Office;

fn repair(office: &Office) -> String {
    office.open(&[
        "repair",
        "--unit",
        "3-2-1501",
        "--contact",
        "张建国",
        "--phone",
        "13800005678",
        "--set",
        "content=漏水",
    ])
}

#[test]
fn a_form_is_saved_recorded_and_marked_as_a_copy_the_next_time() {
    let office = Office::new().in_chinese();
    let number = repair(&office);
    let file = office.path().join("order.pdf");
    let path = file.display().to_string();
    let printed = office.json(&["print", &number, "-o", &path]);
    assert_eq!(
        (&printed["form"], &printed["copy"], &printed["pages"]),
        (&"work-order".into(), &0.into(), &1.into())
    );
    assert!(fs::read(&file).unwrap().starts_with(b"%PDF-"));
    let shown = office.json(&["show", &number]);
    assert_eq!(shown["timeline"].as_array().unwrap().last().unwrap()["action"], "printed");
    assert_eq!(office.json(&["print", &number, "-o", &path])["copy"], 1);
    // What is only looked at is no print.
    let preview = office.boss(&["print", &number, "--preview"]);
    preview.shows("副本 2");
    preview.shows("138****5678");
    assert_eq!(office.json(&["show", &number])["timeline"].as_array().unwrap().len(), 3);
}

#[test]
fn what_cant_be_printed_says_why() {
    let office = Office::new().in_chinese();
    let number = repair(&office);
    office.boss(&["print", "BX-20200101-001"]).refused("没有编号");
    office.boss(&["print", &number, "--form", "stop-order"]).refused("work-order, case");
    let nowhere = office.path().join("no-such").join("a.pdf").display().to_string();
    office.boss(&["print", &number, "-o", &nowhere]).refused("没有记作打印");
    office.boss(&["print", &number, "-o", &nowhere, "--printer"]).misused("不能这样用");
    assert_eq!(office.json(&["show", &number])["timeline"].as_array().unwrap().len(), 1);
}

#[test]
fn days_and_households_are_saved_too() {
    let office = Office::new().in_chinese();
    repair(&office);
    let day = office.path().join("day.pdf").display().to_string();
    assert_eq!(office.json(&["review", "-o", &day])["form"], "day");
    let file = office.path().join("file.pdf").display().to_string();
    office.boss(&["household", "9-9-9999", "-o", &file]).refused("9-9-9999");
    assert!(fs::metadata(day).unwrap().len() > 1_000);
}

#[test]
fn a_template_is_copied_out_edited_and_its_fault_named() {
    let office = Office::new().in_chinese();
    let number = repair(&office);
    let config = office.path().join("config").display().to_string();
    let with = |arguments: &[&str]| {
        let mut command = office.call();
        command.env("QIANTAI_CONFIG", &config).env("QIANTAI_OPERATOR", "王敏").env("QIANTAI_PIN", crate::PIN);
        crate::run(command.args(arguments))
    };
    with(&["forms", "--edit", "work-order"]).shows("work-order.typ");
    let template = office.path().join("config").join("forms").join("work-order.typ");
    let text = fs::read_to_string(&template).unwrap();
    fs::write(&template, text.replace("#head(d)", "#head(d)\n本公司专用")).unwrap();
    with(&["print", &number, "--preview"]).shows("本公司专用");
    fs::write(&template, "好\n#nothing\n").unwrap();
    let faulty = with(&["print", &number, "--preview"]);
    faulty.shows("维修服务任务单");
    assert!(faulty.err.contains("第 2 行") && faulty.err.contains("unknown variable"), "{}", faulty.err);
    // A report is laid out by the office's template too.
    with(&["forms", "--edit", "report"]).shows("report.typ");
    let report = office.path().join("config").join("forms").join("report.typ");
    fs::write(&report, "好\n#nothing\n").unwrap();
    let file = office.path().join("year.pdf").display().to_string();
    let year = chrono::Utc::now().format("%Y").to_string();
    let faulty = with(&["report", "year", &year, "-o", &file]);
    faulty.shows(&file);
    assert!(faulty.err.contains("report.typ") && faulty.err.contains("第 2 行"), "{}", faulty.err);
    // A second copy does not take the edited one away.
    with(&["forms", "--edit", "work-order"]).shows("work-order.typ");
    assert_eq!(fs::read_to_string(&template).unwrap(), "好\n#nothing\n");
}
