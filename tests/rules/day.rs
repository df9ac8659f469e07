//! The end of day, on the real book with the six kinds: figures, findings, marks, the signature.

use std::sync::Barrier;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use qiantai::counter::{CounterError, operators, review};
use qiantai::desk::figures::Ratio;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::review::{Finding, MarkKind};
use qiantai::store::Store;
use qiantai::store::drafts::Draft;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, Who, nothing};
use crate::toy::PIN;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The day of all these tests.
fn today() -> NaiveDate {
    day("2026-11-24")
}

fn key(error: &CounterError) -> &str {
    match error {
        CounterError::Refused(why) => &why.key,
        CounterError::Store(error) => panic!("{error}"),
    }
}

impl Counter {
    fn found(&self, day: NaiveDate) -> Vec<Finding> {
        review::review(&self.store, self.now, day).unwrap().findings
    }

    /// Kind and subject of every finding, sorted.
    fn pairs(&self, day: NaiveDate) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = self.found(day).into_iter().map(|f| (f.kind, f.subject)).collect();
        pairs.sort();
        pairs
    }

    fn mark(&mut self, who: Who, finding: &Finding, what: MarkKind, note: &str) -> Result<(), String> {
        let session = self.session(who);
        let marked = review::mark(&mut self.store, &session, self.now, today(), &finding.key(), what, note);
        marked.map_err(|error| key(&error).to_owned())
    }

    fn sign(&mut self, who: Who, day: NaiveDate) -> Result<(), String> {
        let session = self.session(who);
        let signed = review::sign_off(&mut self.store, &session, self.now, day);
        signed.map(drop).map_err(|error| key(&error).to_owned())
    }

    /// Evening: half past ten.
    fn evening(&mut self) {
        self.now = DateTime::parse_from_rfc3339("2026-11-24T22:30:00+08:00").unwrap().to_utc();
    }
}

fn engineer(c: &Counter) -> Value {
    json!({ "engineer": c.settings.staff[0].name })
}

/// A repair that is finished and confirmed.
fn repaired(c: &mut Counter, urgency: &str, price: i64) -> String {
    let given = json!({ "contact": "单雄", "content": "漏水", "urgency": urgency, "chargeable": price > 0 });
    let number = c.open("repair", given).number;
    let dispatch = engineer(c);
    c.steps(&number, &[("dispatch", dispatch), ("arrive", nothing())]);
    if price > 0 {
        let quote = json!({ "quote": [{ "what": "角阀", "count": 1, "price": price }] });
        c.steps(&number, &[("quote", quote), ("agree", nothing())]);
    }
    c.steps(
        &number,
        &[("start", nothing()), ("finish", json!({ "site_cleared": true })), ("confirm", nothing())],
    );
    number
}

#[test]
fn each_thing_left_undone_is_found_and_each_thing_done_is_not() {
    let mut c = Counter::new();
    let call = c.open("call", json!({ "about": "message" })).number;
    c.done(Desk, &call, "take-message", json!({ "for_whom": "张师傅" }));
    let visit = c.open("visit", json!({ "contact": "曾国" })).number;
    let unpaid = repaired(&mut c, "normal", 2_000);
    let complaint = c.open("complaint", json!({ "category": "noise.renovation", "content": "吵" })).number;
    c.done(Desk, &complaint, "escalate", json!({ "reason": "要求赔偿" }));
    let pass = c
        .open(
            "release-pass",
            json!({ "unit": "3-2-1501", "contact": "仇", "lines": [{ "name": "沙发", "count": 2 }] }),
        )
        .number;
    c.done(Desk, &pass, "approve", nothing());
    let short = json!({ "guard": c.settings.staff[0].name, "counted": [{ "name": "沙发", "count": 1 }] });
    c.done(Desk, &pass, "check-out", short);
    let late = c.open("repair", json!({ "content": "电梯困人", "urgency": "urgent" })).number;
    let answer = c.open("call", json!({ "content": "何时供暖" })).number;
    c.done(Desk, &answer, "promise-answer", json!({ "answer_by": c.at(60) }));
    let quoted = c.open("repair", json!({ "content": "换锁", "chargeable": true })).number;
    let dispatch = engineer(&c);
    let quote = json!({ "quote": [{ "what": "锁芯", "count": 1, "price": 9_000 }] });
    c.steps(&quoted, &[("dispatch", dispatch), ("arrive", nothing()), ("quote", quote)]);
    let sent = c.open("complaint", json!({ "category": "parking.blocked", "content": "堵" })).number;
    let judge = json!({ "verdict": "ordinary", "department": "security", "deadline": c.at(120) });
    c.done(Desk, &sent, "judge", judge);
    let draft = Draft {
        id: None,
        operator: "李娜".into(),
        kind: "call".into(),
        subject: None,
        title: "来电 14:02".into(),
        begun_at: c.now,
        saved_at: c.now,
        parked: true,
        body: nothing(),
    };
    let draft = c.store.put_draft(&draft).unwrap();
    c.evening();
    let draft = format!("draft:{draft}");
    let mut want: Vec<(&str, &str)> = vec![
        ("not-passed-on", &call),
        ("promise-broken", &call),
        ("not-signed-out", &visit),
        ("unpaid", &unpaid),
        ("no-reply", &complaint),
        ("undecided", &complaint),
        ("difference", &pass),
        ("promise-broken", &late),
        ("callback-overdue", &answer),
        ("not-agreed", &quoted),
        ("no-reply", &sent),
        ("department-late", &sent),
        ("parked-draft", &draft),
    ];
    want.sort_unstable();
    let found = c.pairs(today());
    assert_eq!(
        found.iter().map(|(kind, subject)| (kind.as_str(), subject.as_str())).collect::<Vec<_>>(),
        want
    );
    // The worst first, and each with its case.
    let findings = c.found(today());
    assert!(findings.windows(2).all(|pair| pair[0].severity >= pair[1].severity));
    assert!(
        findings.iter().all(|finding| finding.number().is_none_or(|n| c.store.case(n).unwrap().is_some()))
    );

    // Each goes away by being done.
    c.done(Desk, &call, "pass-on", nothing());
    c.done(Desk, &visit, "leave", nothing());
    c.done(Desk, &unpaid, "pay", json!({ "receipt": "1" }));
    c.done(Boss, &complaint, "instruct", json!({ "instruction": "不赔" }));
    let dispatch = engineer(&c);
    c.steps(&late, &[("dispatch", dispatch), ("arrive", nothing())]);
    c.done(Desk, &answer, "callback-satisfied", json!({ "score": 5 }));
    c.done(Desk, &quoted, "decline", json!({ "declined": "太贵" }));
    c.steps(&sent, &[("handle", json!({ "measures": "已劝离" })), ("reply", json!({ "reply": "已劝离" }))]);
    let left: Vec<_> = c.pairs(today()).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(left, ["difference", "no-reply", "parked-draft"]);
    // What a day left behind is no finding of the days before it.
    assert_eq!(c.found(day("2026-11-23")).len(), 0);
}

#[test]
fn figures_say_what_they_were_counted_from_and_none_where_there_is_nothing() {
    let mut c = Counter::new();
    c.evening();
    let empty = review::review(&c.store, c.now, today()).unwrap().figures;
    for ratio in [
        empty.complaints_handled,
        empty.callbacks_made,
        empty.urgent_called_back,
        empty.satisfied,
        empty.answered_in_time,
        empty.promises_kept,
    ] {
        assert_eq!((ratio, ratio.percent()), (Ratio::default(), None));
    }
    assert!(empty.opened.is_empty() && empty.closed.is_empty() && empty.open.is_empty());

    let mut c = Counter::new();
    // Calls: three of four within three rings, one of which nobody counted, one void.
    for rings in [Some(1), Some(3), Some(4), Some(2), None] {
        c.open("call", json!({ "rings": rings }));
    }
    let void = c.open("call", json!({ "rings": 9 })).number;
    c.done(Desk, &void, "void", json!({ "reason": "误" }));
    // Urgent repairs: one called back in time, one too late, one not at all.
    let in_time = repaired(&mut c, "urgent", 0);
    let too_late = repaired(&mut c, "urgent", 0);
    repaired(&mut c, "urgent", 0);
    c.wait(30);
    c.done(Desk, &in_time, "callback-satisfied", json!({ "score": 5 }));
    // A complaint that gets its reply, one that does not: both promised within three days of service.
    let replied = c.open("complaint", json!({ "category": "noise.renovation", "content": "吵" })).number;
    c.open("complaint", json!({ "category": "noise.renovation", "content": "吵" }));
    let judge = json!({ "verdict": "ordinary", "department": "security", "deadline": c.at(120) });
    c.steps(
        &replied,
        &[
            ("judge", judge),
            ("handle", json!({ "measures": "已劝离" })),
            ("reply", json!({ "reply": "已劝离" })),
        ],
    );
    c.evening();
    let figures = review::review(&c.store, c.now, today()).unwrap().figures;
    assert_eq!(figures.answered_in_time, Ratio { part: 3, of: 4 });
    assert_eq!((figures.opened["call"], figures.opened["repair"], figures.opened["complaint"]), (6, 3, 2));
    assert_eq!((figures.closed["call"], figures.open["call"], figures.open["repair"]), (1, 5, 3));
    assert_eq!(figures.satisfied, Ratio { part: 1, of: 1 });
    assert_eq!(figures.complaints_handled, Ratio::default(), "none is due on the first day");
    // All three engineers stood at the door in time.
    assert_eq!(figures.promises_kept, Ratio { part: 3, of: 3 });

    // The next day the callbacks fall due.
    c.now += TimeDelta::hours(20);
    c.done(Desk, &too_late, "callback-dissatisfied", json!({ "note": "还漏" }));
    c.now += TimeDelta::hours(3);
    let next = day("2026-11-25");
    let figures = review::review(&c.store, c.now, next).unwrap().figures;
    assert_eq!(figures.urgent_called_back, Ratio { part: 1, of: 3 });
    assert_eq!(figures.satisfied, Ratio { part: 0, of: 1 });
    // The reply of one complaint is counted on the day for which it was promised.
    c.now += TimeDelta::days(4);
    let promised = c.store.case(&replied).unwrap().unwrap().promises[0].due;
    let on = c.settings.calendar.day_of(promised);
    let figures = review::review(&c.store, c.now, on).unwrap().figures;
    assert_eq!(figures.complaints_handled, Ratio { part: 1, of: 2 });
}

#[test]
fn what_was_open_at_the_end_of_a_day_stays_counted_when_it_is_closed_later() {
    let mut c = Counter::new();
    let call = c.open("call", nothing()).number;
    c.now += TimeDelta::days(1);
    c.done(Desk, &call, "answered", nothing());
    let figures = |on| review::review(&c.store, c.now, on).unwrap().figures;
    assert_eq!(figures(today()).open.get("call"), Some(&1));
    assert_eq!(figures(day("2026-11-25")).open.get("call"), None);
    assert_eq!(figures(day("2026-11-25")).closed.get("call"), Some(&1));
}

#[test]
fn findings_are_settled_or_carried_over_with_a_note_by_a_supervisor_and_then_the_day_is_signed() {
    let mut c = Counter::new();
    c.open("visit", json!({ "contact": "曾国" }));
    let complaint = c.open("complaint", json!({ "category": "noise.renovation", "content": "吵" })).number;
    c.evening();
    let findings = c.found(today());
    assert_eq!(findings.len(), 2);
    assert_eq!(c.mark(Desk, &findings[0], MarkKind::Settled, "已办").unwrap_err(), "desk.why.needs_role");
    assert_eq!(c.mark(Boss, &findings[0], MarkKind::Settled, "  ").unwrap_err(), "counter.why.note_missing");
    let strange = Finding { subject: "BX-20200101-001".into(), ..findings[0].clone() };
    assert_eq!(c.mark(Boss, &strange, MarkKind::Settled, "已办").unwrap_err(), "counter.why.no_such_finding");
    assert_eq!(c.sign(Desk, today()).unwrap_err(), "desk.why.needs_role");
    assert_eq!(c.sign(Boss, today()).unwrap_err(), "counter.why.findings_left");
    assert_eq!(c.sign(Boss, day("2026-11-25")).unwrap_err(), "counter.why.day_not_come");
    // A mark can be thought over until the day is signed.
    for (finding, what) in findings.iter().zip([MarkKind::Settled, MarkKind::Settled]) {
        c.mark(Boss, finding, what, "已办").unwrap();
    }
    let carried = findings.iter().find(|finding| finding.subject == complaint).unwrap();
    c.mark(Boss, carried, MarkKind::Carried, "明早先回复").unwrap();
    c.sign(Boss, today()).unwrap();
    assert_eq!(c.sign(Boss, today()).unwrap_err(), "counter.why.day_signed");
    assert_eq!(c.mark(Boss, carried, MarkKind::Settled, "已办").unwrap_err(), "counter.why.day_signed");

    // The next shift opens with what was carried over, and only with that.
    let opening = review::opening_list(&c.store, day("2026-11-25")).unwrap();
    assert_eq!(
        opening.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>(),
        [complaint.as_str()]
    );
    assert_eq!(opening[0].mark.as_ref().unwrap().note, "明早先回复");
    // As long as it is undone it is a finding of the next day too.
    c.now += TimeDelta::days(1);
    assert!(c.pairs(day("2026-11-25")).contains(&("no-reply".into(), complaint)));
}

#[test]
fn nothing_of_a_day_that_has_not_come_is_marked() {
    let mut c = Counter::new();
    c.open("visit", json!({ "contact": "曾国" }));
    c.evening();
    let key_of = c.found(today())[0].key();
    let tomorrow = day("2026-11-25");
    let boss = c.session(Boss);
    let refused =
        review::mark(&mut c.store, &boss, c.now, tomorrow, &key_of, MarkKind::Settled, "已办").unwrap_err();
    assert_eq!(key(&refused), "counter.why.day_not_come");
}

#[test]
fn a_signed_day_is_frozen_for_good_and_what_comes_later_shows_as_late() {
    let mut c = Counter::new();
    let call = c.open("call", json!({ "rings": 1 })).number;
    c.done(Desk, &call, "answered", nothing());
    let visit = c.open("visit", json!({ "contact": "曾国" })).number;
    c.evening();
    let finding = c.found(today()).remove(0);
    c.mark(Boss, &finding, MarkKind::Settled, "保安陪同").unwrap();
    let before = review::review(&c.store, c.now, today()).unwrap();
    c.sign(Boss, today()).unwrap();
    let signed = review::review(&c.store, c.now, today()).unwrap();
    assert_eq!((&signed.figures, &signed.findings), (&before.figures, &before.findings));
    assert!(signed.late.is_empty(), "the signature itself is not late");
    let signature = signed.signed.clone().unwrap();
    assert_eq!((signature.by.as_str(), signature.at), ("王敏", c.now));

    // A quarter of an hour later the counter still works.
    c.wait(15);
    c.done(Desk, &visit, "leave", nothing());
    let late = c.open("call", json!({ "rings": 7 })).number;
    c.now += TimeDelta::days(3);
    c.done(Desk, &call, "note", json!({ "note": "三天以后" }));
    let after = review::review(&c.store, c.now, today()).unwrap();
    assert_eq!(
        (&after.figures, &after.findings, &after.signed),
        (&signed.figures, &signed.findings, &signed.signed)
    );
    let subjects: Vec<_> = after.late.iter().map(|record| record.subject.as_str()).collect();
    assert_eq!(subjects, [visit.as_str(), late.as_str()], "another day's entries are not late for this one");

    // Nor does anybody change it with a tool.
    let raw = Connection::open(c.store.path().unwrap()).unwrap();
    for sql in ["UPDATE day_sheet SET body = '{}'", "DELETE FROM day_sheet"] {
        assert!(raw.execute(sql, []).unwrap_err().to_string().contains("frozen"), "{sql}");
    }
}

#[test]
fn a_case_with_many_late_entries_stands_once_among_them() {
    let mut c = Counter::new();
    let call = c.open("call", json!({ "rings": 1 })).number;
    c.done(Desk, &call, "answered", nothing());
    c.evening();
    c.sign(Boss, today()).unwrap();
    c.wait(15);
    let late = c.open("call", json!({ "rings": 7 })).number;
    for note in ["请工程部回电", "已回电"] {
        c.done(Desk, &late, "note", json!({ "note": note }));
    }
    c.done(Desk, &call, "note", json!({ "note": "又来电" }));
    let review = review::review(&c.store, c.now, today()).unwrap();
    assert_eq!(review.late.len(), 4, "each entry is there");
    let subjects = review.late_subjects();
    let subjects: Vec<_> = subjects.iter().map(|(last, count)| (last.subject.as_str(), *count)).collect();
    assert_eq!(subjects, [(call.as_str(), 1), (late.as_str(), 3)]);
}

#[test]
fn a_missed_day_is_a_finding_and_a_day_without_anything_is_signed_too() {
    let mut c = Counter::new();
    let call = c.open("call", nothing()).number;
    c.done(Desk, &call, "answered", nothing());
    c.now += TimeDelta::days(2);
    let third = day("2026-11-26");
    assert_eq!(review::days_to_sign(&c.store, c.now).unwrap(), [today(), day("2026-11-25")]);
    let missed: Vec<_> = c.pairs(third);
    let want = ["day:2026-11-24", "day:2026-11-25"].map(|on| ("missed-day".to_owned(), on.to_owned()));
    assert_eq!(missed, want);
    assert_eq!(c.sign(Boss, third).unwrap_err(), "counter.why.findings_left");
    c.sign(Boss, today()).unwrap();
    // Nothing at all happened on the second day.
    let empty = review::review(&c.store, c.now, day("2026-11-25")).unwrap();
    assert!(empty.findings.is_empty() && empty.figures.opened.is_empty());
    c.sign(Boss, day("2026-11-25")).unwrap();
    assert!(c.found(third).is_empty());
    c.sign(Boss, third).unwrap();
    assert!(review::days_to_sign(&c.store, c.now).unwrap().is_empty());
}

#[test]
fn of_two_who_sign_at_once_one_signs() {
    for _ in 0..5 {
        let mut c = Counter::new();
        let call = c.open("call", nothing()).number;
        c.done(Desk, &call, "answered", nothing());
        c.evening();
        let directory = c.store.path().unwrap().parent().unwrap().to_owned();
        let now: DateTime<Utc> = c.now;
        let ready = Barrier::new(3);
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let mut store = Store::open(&directory, STANDARD).unwrap();
                        let session = operators::login(&mut store, "王敏", PIN, now).unwrap();
                        ready.wait();
                        let signed = review::sign_off(&mut store, &session, now, today());
                        signed.map(drop).map_err(|error| key(&error).to_owned())
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        for refused in results.iter().filter_map(|result| result.as_ref().err()) {
            assert_eq!(refused, "counter.why.day_signed");
        }
        assert_eq!(
            c.store.records(&format!("day:{}", today())).unwrap().len(),
            1,
            "one signature in the chain"
        );
        assert_eq!(c.store.verify_chain().unwrap().broken, None);
    }
}
