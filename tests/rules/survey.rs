//! The yearly survey: one answer a household, what it came to, and the duty of every year.

use chrono::{DateTime, Utc};
use qiantai::counter::outcome::outcome;
use qiantai::counter::review;
use qiantai::desk::why::Arg;
use qiantai::desk::workflow::VOID;
use qiantai::text::lang::Lang;
use qiantai::text::outcome::{Mark, sentences};
use qiantai::text::shown::Reader;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing, pointer};

fn campaign(c: &mut Counter) -> String {
    let given = json!({ "title": "2026 年度住户满意度调查", "until": "2026-12-20", "handed_out": 4 });
    c.open("survey", given).number
}

fn answer(campaign: &str, unit: &str, overall: u8) -> Value {
    let scores = json!({ "security": overall, "parking": 2 });
    json!({ "campaign": campaign, "unit": unit, "scores": scores, "overall": overall })
}

#[test]
fn a_household_answers_once_and_the_refusal_names_the_other_answer() {
    let mut c = Counter::new();
    let (this, other) = (campaign(&mut c), campaign(&mut c));
    let first = c.open("survey-answer", answer(&this, "3-2-1501", 5));
    assert_eq!((first.state.as_str(), first.closed_at.is_some()), ("counted", true));
    let again = c.try_open("survey-answer", answer(&this, "3-2-1501", 1), None);
    assert_eq!(again.unwrap_err(), "desk.why.taken");
    // The next household, and the same one in another campaign.
    c.open("survey-answer", answer(&this, "3-2-1502", 4));
    c.open("survey-answer", answer(&other, "3-2-1501", 4));
    // Typed in wrongly: declared void, the place is free again.
    c.done(Desk, &first.number, VOID, json!({ "reason": "录错户" }));
    c.open("survey-answer", answer(&this, "3-2-1501", 3));
    let why = super::desk::why_of(&mut c, "survey-answer", answer(&this, "3-2-1502", 1));
    assert_eq!(why.field.as_deref(), Some("unit"));
    let names = |text: &str| text.starts_with("DA-");
    assert!(why.args.iter().any(|(_, arg)| matches!(arg, Arg::Text(text) if names(text))), "{why:?}");
}

#[test]
fn what_can_not_be_an_answer_is_refused() {
    let mut c = Counter::new();
    let open = campaign(&mut c);
    for (change, why) in [
        (json!({ "campaign": "DC-20261124-099" }), "counter.why.no_open_case"),
        (json!({ "campaign": null }), "desk.why.required"),
        (json!({ "unit": null }), "desk.why.required"),
        (json!({ "overall": 6 }), "desk.why.out_of_range"),
        (json!({ "overall": null }), "desk.why.required"),
        (json!({ "scores": { "security": 0 } }), "desk.why.out_of_range"),
        (json!({ "scores": { "weather": 3 } }), "desk.why.not_in_catalogue"),
    ] {
        let mut given = answer(&open, "3-2-1501", 5);
        given.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(c.try_open("survey-answer", given, None).unwrap_err(), why, "{change}");
    }
    // A call is no campaign, and a closed campaign takes no answer.
    let call = c.open("call", json!({ "content": "停水" })).number;
    assert_eq!(
        c.try_open("survey-answer", answer(&call, "3-2-1501", 5), None).unwrap_err(),
        "counter.why.no_open_case"
    );
    let conclusion = json!({ "conclusion": "总体满意" });
    assert_eq!(c.refused(Desk, &open, "close", conclusion.clone()), "desk.why.needs_role");
    c.done(Boss, &open, "close", conclusion);
    assert_eq!(
        c.try_open("survey-answer", answer(&open, "3-2-1501", 5), None).unwrap_err(),
        "counter.why.no_open_case"
    );
    c.done(Boss, &open, "reopen", json!({ "reason": "又收回几份" }));
    c.open("survey-answer", answer(&open, "3-2-1501", 5));
}

#[test]
fn a_campaign_keeps_to_its_days_and_its_forms() {
    let mut c = Counter::new();
    let backwards = json!({ "title": "调查", "from": "2026-11-24", "until": "2026-11-23" });
    assert_eq!(c.try_open("survey", backwards, None).unwrap_err(), "survey.why.ends_before");
    let number = campaign(&mut c);
    assert_eq!(c.case(&number).get("year"), json!(2026));
    let sooner = json!({ "until": "2026-01-01", "reason": "提前" });
    assert_eq!(c.refused(Desk, &number, "extend", sooner), "survey.why.ends_before");
    assert_eq!(c.refused(Desk, &number, "hand-out", json!({ "more": 99_999 })), "desk.why.out_of_range");
    assert_eq!(c.done(Desk, &number, "hand-out", json!({ "more": 6 })).get("handed_out"), json!(10));
    assert_eq!(
        c.done(Desk, &number, "extend", json!({ "until": "2026-12-31", "reason": "雨天" })).state,
        "open"
    );
}

#[test]
fn a_free_remark_becomes_a_matter_of_the_household() {
    let mut c = Counter::new();
    let open = campaign(&mut c);
    let mut given = answer(&open, "3-2-1501", 2);
    for (key, text) in [("content", "楼道灯常坏"), ("contact", "仇建国"), ("phone", "13800005678")] {
        given[key] = text.into();
    }
    let done = c.try_open("survey-answer", given, Some(("turn-into", json!({ "into": "repair" })))).unwrap();
    let (answer, repair) = (&done.case, &done.also[0]);
    assert_eq!((answer.state.as_str(), pointer(answer, repair)), ("turned", Some("turned-into")));
    let carried = ["unit", "contact", "phone", "content"].map(|key| repair.get(key));
    assert_eq!(carried, ["3-2-1501", "仇建国", "13800005678", "楼道灯常坏"].map(Value::from));
    // It counts as before, and the household still has answered.
    let result = outcome(&c.store, &c.settings, &c.case(&open)).unwrap().unwrap();
    assert_eq!(result.answers(), 1);
}

/// The sentences of a campaign's result that carry a mark.
fn marks(c: &Counter, number: &str, lang: Lang) -> Vec<(Mark, String)> {
    let result = outcome(&c.store, &c.settings, &c.case(number)).unwrap().unwrap();
    let reader = Reader { lang, now: c.now, settings: &c.settings };
    sentences(&result, &reader).into_iter().filter(|(mark, _)| *mark != Mark::Plain).collect()
}

#[test]
fn the_result_is_counted_from_what_is_valid_and_held_against_both_targets() {
    let mut c = Counter::new();
    let open = campaign(&mut c);
    for lang in Lang::ALL {
        assert!(marks(&c, &open, lang).is_empty(), "nothing counted is neither reached nor missed");
    }
    for (unit, overall) in [("3-2-1501", 5), ("3-2-1502", 4), ("3-2-1503", 4), ("3-2-1504", 1)] {
        c.open("survey-answer", answer(&open, unit, overall));
    }
    let void = c.open("survey-answer", answer(&open, "3-2-1505", 1)).number;
    c.done(Desk, &void, VOID, json!({ "reason": "重复" }));
    let result = outcome(&c.store, &c.settings, &c.case(&open)).unwrap().unwrap();
    assert_eq!((result.answers(), result.handed_out, result.households), (4, Some(4), 2));
    assert_eq!((result.overall.share(), result.overall.average()), (Some(750), Some(350)));
    let item = |code: &str| result.items.iter().find(|(item, _)| item == code).unwrap().1;
    assert_eq!((item("security").count, item("security").satisfied), (4, 3));
    assert_eq!((item("parking").average(), item("parking").share()), (Some(200), Some(0)));
    assert_eq!(item("cleaning").average(), None);
    for lang in Lang::ALL {
        let marks = marks(&c, &open, lang);
        assert_eq!(marks.iter().map(|(mark, _)| *mark).collect::<Vec<_>>(), [Mark::Reached, Mark::Missed]);
        assert!(marks[0].1.contains("75") && marks[1].1.contains("95"), "{marks:?}");
    }
    // A kind that nobody scores has no result.
    let call = c.open("call", json!({ "content": "停水" }));
    assert_eq!(outcome(&c.store, &c.settings, &call).unwrap(), None);
}

/// What the end of that day finds of the yearly duty.
fn found(c: &Counter, now: &str) -> Vec<String> {
    let now: DateTime<Utc> = now.parse().unwrap();
    let day = c.settings.calendar.day_of(now);
    let findings = review::review(&c.store, now, day).unwrap().findings;
    findings.into_iter().filter(|f| f.kind == "no-survey").map(|f| f.subject).collect()
}

#[test]
fn a_december_without_a_closed_survey_is_found_once_the_office_has_begun() {
    let mut c = Counter::new();
    c.open("call", json!({ "content": "停水" }));
    assert!(found(&c, "2026-12-05T04:00:00Z").is_empty(), "the first year without any survey");
    assert_eq!(found(&c, "2027-12-05T04:00:00Z"), ["year:2027"], "a year in use");
    let open = campaign(&mut c);
    assert!(found(&c, "2026-11-30T04:00:00Z").is_empty(), "there is time until December");
    assert_eq!(found(&c, "2026-12-05T04:00:00Z"), ["year:2026"], "it is not closed");
    c.done(Boss, &open, "close", json!({ "conclusion": "总体满意" }));
    assert!(found(&c, "2026-12-05T04:00:00Z").is_empty());
    assert_eq!(found(&c, "2027-12-05T04:00:00Z"), ["year:2027"], "every year anew");
    c.done(Boss, &open, "reopen", json!({ "reason": "补录" }));
    assert_eq!(found(&c, "2026-12-05T04:00:00Z"), ["year:2026"]);
    assert_eq!(c.refused(Desk, &open, "reopen", nothing()), "desk.why.not_in_state");
}
