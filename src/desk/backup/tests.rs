use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{BackupPlan, Past, Reason, begun, file_name};
use crate::desk::calendar::ServiceCalendar;

fn calendar() -> ServiceCalendar {
    let week = vec![vec!["07:00-23:00"]; 7];
    let parts = serde_json::json!({ "tz": "Asia/Shanghai", "week": week, "holidays": [], "makeup": {} });
    serde_json::from_value(parts).unwrap()
}

/// An instant of November 2026 in Shanghai.
fn at(text: &str) -> DateTime<Utc> {
    format!("2026-11-{text}:00+08:00").parse().unwrap()
}

#[test]
fn a_copy_is_due_each_day_and_after_a_signature() {
    let (plan, calendar) = (BackupPlan::default(), calendar());
    let past = |made: Option<&str>, signed: Option<&str>| Past {
        made: made.map(at),
        signed: signed.map(at),
        ..Past::default()
    };
    // When it is, when the last copy was made, when a day was signed; what is due since when.
    for (now, made, signed, due) in [
        ("24T09:00", None, None, Some((Reason::Daily, "24T08:00"))),
        ("24T07:59", None, None, Some((Reason::Daily, "23T08:00"))),
        ("24T07:59", Some("23T08:00"), None, None),
        ("24T08:00", Some("23T08:00"), None, Some((Reason::Daily, "24T08:00"))),
        ("24T09:00", Some("24T08:00"), None, None),
        ("24T21:30", Some("24T08:00"), Some("24T21:30"), Some((Reason::SignOff, "24T21:30"))),
        ("24T21:31", Some("24T21:30"), Some("24T21:30"), None),
        // The desk was closed for days.
        ("28T10:00", Some("24T21:30"), Some("24T21:30"), Some((Reason::Daily, "28T08:00"))),
        // The clock was set back: a signature to come is none.
        ("24T09:00", Some("24T08:00"), Some("25T09:00"), None),
    ] {
        let found = plan.due(&calendar, &past(made, signed), at(now));
        assert_eq!(found, due.map(|(reason, since)| (reason, at(since))), "{now} {made:?} {signed:?}");
    }
    let daily = BackupPlan { at_sign_off: false, ..BackupPlan::default() };
    assert_eq!(daily.due(&calendar, &past(Some("24T08:00"), Some("24T21:30")), at("24T22:00")), None);
}

#[test]
fn what_failed_is_tried_again_after_a_while_and_not_at_once() {
    let (plan, calendar) = (BackupPlan::default(), calendar());
    let past = Past { failed: Some(at("24T08:00")), ..Past::default() };
    assert!(!BackupPlan::may_try(&past, at("24T08:29")));
    assert!(BackupPlan::may_try(&past, at("24T08:30")));
    assert!(BackupPlan::may_try(&past, at("24T07:00")), "the clock was set back");
    assert_eq!(plan.next(&calendar, &past, at("24T08:10")), at("24T08:30"));
    assert_eq!(plan.next(&calendar, &past, at("24T08:30")), at("25T08:00"));
    assert_eq!(plan.next(&calendar, &Past::default(), at("24T07:00")), at("24T08:00"));
}

#[test]
fn a_copy_that_is_missing_is_told_after_two_hours() {
    let (plan, calendar) = (BackupPlan::default(), calendar());
    let stale = |made: &str, now: &str| plan.stale(&calendar, Some(at(made)), at(now));
    assert_eq!(stale("23T08:00", "24T09:59"), None);
    assert_eq!(stale("23T08:00", "24T10:00"), Some(at("24T08:00")));
    assert_eq!(stale("24T08:01", "24T23:59"), None);
    assert_eq!(stale("21T08:00", "24T09:00"), Some(at("23T08:00")));
    assert_eq!(plan.stale(&calendar, None, at("24T12:00")), Some(at("24T08:00")));
    assert_eq!(plan.next_stale(&calendar, at("24T09:59")), at("24T10:00"));
    assert_eq!(plan.next_stale(&calendar, at("24T10:00")), at("25T10:00"));
}

#[test]
fn the_last_copies_of_days_weeks_and_months_are_kept() {
    // A copy every morning and evening of two years, thrown away as a desk does it.
    let plan = BackupPlan::default();
    let start: NaiveDateTime = "2025-01-01T08:00:00".parse().unwrap();
    let mut kept: BTreeSet<NaiveDateTime> = BTreeSet::new();
    for half in 0..2 * 730 {
        kept.insert(start + TimeDelta::hours(12 * half));
        let all: Vec<_> = kept.iter().copied().collect();
        let spare = plan.spare(&all);
        kept.retain(|copy| !spare.contains(copy));
    }
    let shown: Vec<String> = kept.iter().rev().map(|copy| copy.format("%m-%d %H").to_string()).collect();
    let days =
        ["12-31 20", "12-31 08", "12-30 20", "12-29 20", "12-28 20", "12-27 20", "12-26 20", "12-25 20"];
    let weeks = ["12-20 20", "12-13 20"];
    let months = ["11-30 20", "10-31 20", "09-30 20", "08-31 20", "07-31 20", "06-30 20", "05-31 20"];
    let earlier = ["04-30 20", "03-31 20", "02-28 20", "01-31 20"];
    let expected: Vec<&str> = days.iter().chain(&weeks).chain(&months).chain(&earlier).copied().collect();
    assert_eq!(shown, expected);
}

#[test]
fn names_say_when() {
    let at: NaiveDateTime = "2026-11-24T08:00:05".parse().unwrap();
    assert_eq!(file_name(at, false), "qiantai-20261124-080005.db");
    assert_eq!(begun("qiantai-20261124-080005.db"), Some(at));
    assert_eq!(begun(&file_name(at, true)), Some(at), "an encrypted one");
    for other in ["qiantai.db", "qiantai-20261124-080005.db.part", "before-form-7.db", "qiantai-2026-1-1.db"]
    {
        assert_eq!(begun(other), None, "{other}");
    }
}

proptest! {
    #[test]
    fn never_more_is_kept_than_was_asked_for_and_the_newest_always(
        hours in prop::collection::btree_set(0_i64..20_000, 0..120),
        days in 0_u32..10, weeks in 0_u32..6, months in 0_u32..14,
    ) {
        let plan = BackupPlan { days, weeks, months, ..BackupPlan::default() };
        let start: NaiveDateTime = "2024-02-20T08:00:00".parse().unwrap();
        let copies: Vec<_> = hours.iter().map(|hours| start + TimeDelta::hours(*hours)).collect();
        let spare = plan.spare(&copies);
        let kept: Vec<_> = copies.iter().copied().filter(|copy| !spare.contains(copy)).collect();
        let last = copies.last().map(NaiveDateTime::date);
        let today = copies.iter().filter(|copy| Some(copy.date()) == last).count();
        prop_assert!(kept.len() <= (days + weeks + months) as usize + today);
        prop_assert_eq!(kept.last(), copies.last());
        // What was kept is kept again.
        prop_assert!(plan.spare(&kept).is_empty());
        // Of each of the last days the last copy is there.
        let mut dates: Vec<_> = copies.iter().map(NaiveDateTime::date).collect();
        dates.dedup();
        for date in dates.iter().rev().take(days as usize) {
            let last = copies.iter().rfind(|copy| copy.date() == *date);
            prop_assert!(last.is_some_and(|last| kept.contains(last)));
        }
    }
}
