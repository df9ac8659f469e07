//! From the case to the file: what is recorded, and what is said when a sheet can't be written.

use std::fs;
use std::path::Path;

use chrono::TimeDelta;
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{CounterError, Session, printing};
use qiantai::desk::people::Role;
use qiantai::desk::workflow::PRINTED;
use qiantai::paper::PaperError;
use qiantai::paper::engine::Engine;
use qiantai::paper::job::{Job, Printed, Way, What};
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use serde_json::json;

use crate::{office, toy};

fn repair(store: &mut Store, session: &Session) -> String {
    let values = toy::values(json!({ "unit": "3-2-1501", "content": "厨房漏水", "category": "water" }));
    let new = NewCase { kind: "repair".into(), values, ..NewCase::default() };
    cases::open(store, session, toy::morning(), &new).unwrap().case.number
}

fn job(session: &Session, number: &str, form: Option<&str>) -> Job {
    Job {
        what: What::Case { number: number.to_owned(), form: form.map(str::to_owned) },
        session: session.clone(),
        now: toy::morning() + TimeDelta::minutes(5),
        lang: Lang::ZhCn,
    }
}

fn save(store: &mut Store, session: &Session, number: &str, path: &Path) -> Result<Printed, PaperError> {
    job(session, number, None).send(&Engine::new(None), store, &Way::Save(path.to_owned()))
}

fn prints(store: &Store, number: &str) -> usize {
    store.timeline(number).unwrap().iter().filter(|entry| entry.action == PRINTED).count()
}

#[test]
fn a_print_is_an_entry_and_the_next_one_a_copy() {
    let (directory, mut store, boss) = office();
    let number = repair(&mut store, &boss);
    let path = directory.path().join("order.pdf");
    let first = save(&mut store, &boss, &number, &path).unwrap();
    assert_eq!((first.copies, first.pages, first.path.as_deref()), (0, 1, Some(&*path)));
    assert!(fs::read(&path).unwrap().starts_with(b"%PDF-"));
    let entry = store.timeline(&number).unwrap().pop().unwrap();
    assert_eq!(
        (&*entry.action, &entry.inputs["form"], &entry.inputs["copy"]),
        (PRINTED, &json!("work-order"), &json!(0))
    );
    assert_eq!(save(&mut store, &boss, &number, &path).unwrap().copies, 1);
    // Another form has its own count.
    let other = job(&boss, &number, Some("case")).sheet(&Engine::new(None), &store).unwrap();
    assert!(!other.pdf.pages[0].contains("副本"));
    assert_eq!(prints(&store, &number), 2);
    // Nothing is left lying beside it, and the case still follows from its entries.
    let beside: Vec<_> = fs::read_dir(directory.path()).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().contains(".part")), "{beside:?}");
    let case = store.case(&number).unwrap().unwrap();
    assert_eq!(case.revision as usize, store.timeline(&number).unwrap().len());
}

#[test]
fn a_preview_is_not_recorded() {
    let (_directory, mut store, boss) = office();
    let number = repair(&mut store, &boss);
    let sheet = job(&boss, &number, None).sheet(&Engine::new(None), &store).unwrap();
    assert!(sheet.pdf.pages[0].contains("维修服务任务单"), "{}", sheet.pdf.pages[0]);
    assert_eq!(prints(&store, &number), 0);
}

#[test]
fn what_cant_be_written_is_said_and_not_recorded() {
    let (directory, mut store, boss) = office();
    let number = repair(&mut store, &boss);
    let nowhere = directory.path().join("no-such").join("order.pdf");
    for (path, words) in [(nowhere.as_path(), "没有"), (directory.path(), "目录")] {
        let error = save(&mut store, &boss, &number, path).unwrap_err();
        assert!(matches!(error, PaperError::Write { .. }), "{error:?}");
        let said = error.say(Lang::ZhCn, chrono_tz::Tz::UTC);
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(prints(&store, &number), 0);
}

/// Every write to this device says that it is full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_not_recorded() {
    let (directory, mut store, boss) = office();
    let number = repair(&mut store, &boss);
    let part = directory.path().join(format!("order.pdf.{}.part", std::process::id()));
    std::os::unix::fs::symlink("/dev/full", part).unwrap();
    let error = save(&mut store, &boss, &number, &directory.path().join("order.pdf")).unwrap_err();
    let said = error.say(Lang::ZhCn, chrono_tz::Tz::UTC);
    assert!(said.contains("磁盘已满"), "{said}");
    assert_eq!(prints(&store, &number), 0);
    assert!(!directory.path().join("order.pdf").exists());
}

#[test]
fn a_pass_is_printed_once_it_is_approved_and_not_before() {
    let (_directory, mut store, boss) = office();
    let values = toy::values(json!({
        "unit": "3-2-1501", "contact": "张建国", "purpose": "moving", "applicant_role": "owner",
        "lines": [{ "name": "沙发", "count": 1 }], "valid_until": toy::morning() + TimeDelta::hours(8),
    }));
    let new = NewCase { kind: "release-pass".into(), values, ..NewCase::default() };
    let number = cases::open(&mut store, &boss, toy::morning(), &new).unwrap().case.number;
    let engine = Engine::new(None);
    let early = job(&boss, &number, Some("release-pass")).sheet(&engine, &store);
    assert!(
        matches!(early, Err(PaperError::Counter(CounterError::Refused(why))) if why.key == "case.why.no_form_now")
    );
    cases::act(&mut store, &boss, toy::morning(), &number, "approve", &toy::values(json!({})), None).unwrap();
    let sheet = job(&boss, &number, None).sheet(&engine, &store).unwrap();
    let code = qiantai::counter::passes::code_of(&store, &boss, &number).unwrap().unwrap().to_string();
    let text = &sheet.pdf.pages[0];
    assert_eq!(text.matches(&code).count(), 2, "on both copies: {text}");
    // The square code needs no text; the page holds it as drawing.
    assert_eq!(sheet.pdf.pages.len(), 1);
}

#[test]
fn two_who_print_at_once_do_not_both_hold_an_original() {
    let (_directory, mut store, boss) = office();
    let number = repair(&mut store, &boss);
    let case = store.case(&number).unwrap().unwrap();
    let planned = printing::plan(&store, &boss, &case, None).unwrap();
    let now = toy::morning();
    printing::record(&mut store, &boss, now, &number, planned.form, planned.copies).unwrap();
    let late = printing::record(&mut store, &boss, now, &number, planned.form, planned.copies);
    assert!(matches!(late, Err(CounterError::Refused(why)) if why.key == "case.why.printed_meanwhile"));
}

#[test]
fn a_form_that_is_the_supervisors_is_refused_to_a_receptionist() {
    let (_directory, mut store, boss) = office();
    let number = repair(&mut store, &boss);
    let case = store.case(&number).unwrap().unwrap();
    let form = qiantai::desk::form::Form::new("work-order").supervisor();
    assert!(form.allowed(&case, Role::Supervisor).is_ok());
    let refused = form.allowed(&case, Role::Receptionist).unwrap_err();
    assert_eq!(refused.key, "desk.why.needs_role");
}
