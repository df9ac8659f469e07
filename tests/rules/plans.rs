//! Work plans of a department: tasks with a day and somebody who answers for them.

use chrono::TimeDelta;
use qiantai::counter::progress::progress;
use qiantai::desk::case::Case;
use qiantai::desk::parts::Progress;
use qiantai::desk::workflow::VOID;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing, pointer};

fn november(c: &Counter) -> Value {
    json!({
        "title": "客服部11月计划", "month": 11, "department": "service-centre",
        "tasks": [
            { "what": "礼仪培训一次", "who": "王敏", "due_on": c.day(2), "measure": "全员合格" },
            { "what": "更新公告栏", "who": "李娜", "due_on": c.day(4) },
        ]
    })
}

fn started(c: &mut Counter) -> (String, Vec<Case>) {
    let given = november(c);
    let plan = c.open_as_boss("work-plan", given).number;
    let done = c.act(Boss, &plan, "start", nothing()).unwrap();
    (plan, done.also)
}

#[test]
fn each_line_of_a_plan_becomes_a_task_when_it_starts() {
    let mut c = Counter::new();
    let given = november(&c);
    assert_eq!(c.try_open("work-plan", given.clone(), None).unwrap_err(), "desk.why.needs_role");
    let plan = c.open_as_boss("work-plan", given.clone());
    assert_eq!((plan.state.as_str(), plan.links.len()), ("drafted", 0));
    assert_eq!(c.try_open_as_boss("work-plan", given.clone()).unwrap_err(), "desk.why.taken", "one a month");
    for (change, why) in [
        (json!({ "month": null }), "desk.why.required"),
        (json!({ "month": 13 }), "desk.why.out_of_range"),
        (json!({ "tasks": [] }), "desk.why.required"),
        (json!({ "tasks": [{ "what": "培训", "who": "王敏" }] }), "desk.why.required"),
    ] {
        let mut given = given.clone();
        given.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(c.try_open_as_boss("work-plan", given).unwrap_err(), why, "{change}");
    }
    // A plan of the year stands beside that of the month.
    let year = json!({ "title": "年度计划", "period": "year", "department": "service-centre", "tasks": given["tasks"] });
    c.open_as_boss("work-plan", year);
    // Its month has begun long ago and nobody started it.
    assert_eq!(c.findings(&plan.number), ["plan-not-started"]);
    let done = c.act(Boss, &plan.number, "start", nothing()).unwrap();
    assert!(c.findings(&plan.number).is_empty());
    let tasks: Vec<_> = done.also.iter().map(|task| (task.summary.as_str(), task.text("who"))).collect();
    assert_eq!(tasks, [("礼仪培训一次", Some("王敏".into())), ("更新公告栏", Some("李娜".into()))]);
    assert_eq!(pointer(&done.case, &done.also[0]), Some("part"));
    assert_eq!(done.also[0].text("plan").as_deref(), Some("客服部11月计划"));
    let end = c.settings.calendar.next_day_start(done.also[0].text("due_on").unwrap().parse().unwrap());
    assert_eq!(done.also[0].due_at(), Some(end - TimeDelta::minutes(1)));
}

#[test]
fn a_task_is_done_carried_over_or_found_overdue() {
    let mut c = Counter::new();
    let (plan, tasks) = started(&mut c);
    let (training, board) = (tasks[0].number.clone(), tasks[1].number.clone());
    c.wait(3 * 24 * 60);
    assert_eq!((c.findings(&training), c.findings(&board)), (vec!["task-overdue".into()], vec![]));
    let far = |c: &Counter| progress(&c.store, c.now, &c.case(&plan)).unwrap().unwrap();
    assert_eq!(far(&c), Progress { all: 2, done: 0, dropped: 0, overdue: 1 });
    let later = json!({ "due_on": c.day(5), "reason": "讲师改期" });
    assert_eq!(c.refused(Desk, &training, "carry", later.clone()), "desk.why.needs_role");
    let earlier = json!({ "due_on": tasks[0].text("due_on"), "reason": "x" });
    assert_eq!(c.refused(Boss, &training, "carry", earlier), "desk.why.day_gone_by");
    let sooner = json!({ "due_on": c.day(0), "reason": "x" });
    assert_eq!(c.refused(Boss, &board, "carry", sooner), "task.why.not_later");
    let carried = c.done(Boss, &training, "carry", later);
    assert_eq!((carried.get("carried").as_i64(), c.findings(&training).len()), (Some(1), 0));
    // Another time is promised by hand, as of everything.
    let by_hand = json!({ "due": c.at(60), "reason": "急用" });
    assert_eq!(c.done(Desk, &board, "promise", by_hand).due_at(), Some(c.now + TimeDelta::minutes(60)));
    assert_eq!(c.done(Desk, &board, "give", json!({ "who": "陈静" })).text("who").as_deref(), Some("陈静"));
    let ahead = json!({ "done_on": c.day(1), "result": "已更新" });
    assert_eq!(c.refused(Desk, &board, "done", ahead), "desk.why.day_not_yet");
    assert_eq!(c.refused(Desk, &board, "done", nothing()), "desk.why.required");
    let done = c.done(Desk, &board, "done", json!({ "result": "已更新" }));
    assert!(done.promises.last().is_some_and(|promise| promise.kept_at.is_some()));
    assert_eq!(far(&c), Progress { all: 2, done: 1, dropped: 0, overdue: 0 });
    assert_eq!(far(&c).rate().percent(), Some(50));
}

#[test]
fn a_plan_accounts_for_what_is_left_and_that_goes_on() {
    let mut c = Counter::new();
    let (plan, tasks) = started(&mut c);
    let more = json!({ "more": [{ "what": "消防演练", "who": "马军", "due_on": c.day(9) }] });
    assert_eq!(c.refused(Desk, &plan, "add", more.clone()), "desk.why.needs_role");
    let drill = c.act(Boss, &plan, "add", more).unwrap().also.remove(0).number;
    assert_eq!(c.case(&plan).get("tasks").as_array().map(Vec::len), Some(3));
    c.done(Desk, &tasks[0].number, "done", json!({ "result": "全员合格" }));
    c.done(Boss, &tasks[1].number, "cancel", nothing());
    // December begins, and the plan of November is not closed.
    c.wait(8 * 24 * 60);
    assert_eq!(c.findings(&plan), ["plan-not-closed"]);
    let conclusion = json!({ "conclusion": "完成两项" });
    assert_eq!(c.refused(Boss, &plan, "close", conclusion), "work-plan.why.tasks_left");
    let all = json!({ "conclusion": "完成一项", "left_over": "演练放到12月" });
    assert_eq!(c.refused(Desk, &plan, "close", all.clone()), "desk.why.needs_role");
    assert_eq!(c.done(Boss, &plan, "close", all).state, "closed");
    let drill = c.case(&drill);
    assert_eq!((drill.state.as_str(), drill.get("carried").as_i64()), ("open", Some(1)), "it goes on");
    assert!(drill.due_at().is_some(), "and is still due");
    // The next plan may be taken back with its tasks.
    let mut given = november(&c);
    given["month"] = 12.into();
    let next = c.open_as_boss("work-plan", given).number;
    let tasks = c.act(Boss, &next, "start", nothing()).unwrap().also;
    c.done(Boss, &next, VOID, json!({ "reason": "重拟" }));
    assert!(tasks.iter().all(|task| c.case(&task.number).state == "cancelled"));
}
