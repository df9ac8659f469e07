//! The arithmetic of the service calendar against counting minute by minute.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;
use qiantai::desk::calendar::{CalendarError, Interval, NoHours, ServiceCalendar};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn hours(text: &[&str]) -> Vec<Interval> {
    text.iter().map(|interval| interval.parse().unwrap()).collect()
}

/// Monday to Friday with a lunch break, Saturday morning.
fn office(tz: Tz) -> ServiceCalendar {
    let work = || hours(&["09:00-12:00", "13:30-18:00"]);
    ServiceCalendar::new(
        tz,
        [work(), work(), work(), work(), work(), hours(&["09:00-12:00"]), vec![]],
        BTreeSet::from([day("2026-10-01"), day("2026-10-02"), day("2026-10-10")]),
        BTreeMap::from([(day("2026-10-10"), Weekday::Fri), (day("2026-10-11"), Weekday::Thu)]),
    )
    .unwrap()
}

/// Open or not, told from the wall clock of this one instant and nothing else.
fn oracle_open(c: &ServiceCalendar, at: DateTime<Utc>) -> bool {
    let local = at.with_timezone(&c.tz());
    let date = local.date_naive();
    let weekday = match c.makeup().get(&date) {
        Some(weekday) => *weekday,
        None if c.holidays().contains(&date) => return false,
        None => date.weekday(),
    };
    let minute = local.hour() * 60 + local.minute();
    c.week()[weekday.num_days_from_monday() as usize]
        .iter()
        .any(|i| u32::from(i.from()) <= minute && minute < u32::from(i.to()))
}

fn minute_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_second(0).unwrap().with_nanosecond(0).unwrap()
}

/// Every minute of the world is wholly open or wholly closed; the first and last count in part.
fn oracle_between(c: &ServiceCalendar, a: DateTime<Utc>, b: DateTime<Utc>) -> i64 {
    let mut seconds = 0;
    let mut at = minute_of(a);
    while at < b {
        if oracle_open(c, at) {
            let (from, to) = (at.max(a), (at + TimeDelta::minutes(1)).min(b));
            seconds += (to - from).num_seconds();
        }
        at += TimeDelta::minutes(1);
    }
    seconds / 60
}

/// Walks minute by minute; `None` after `limit` minutes of the clock.
fn oracle_add(c: &ServiceCalendar, from: DateTime<Utc>, minutes: u32, limit: u32) -> Option<DateTime<Utc>> {
    let mut left = i64::from(minutes) * 60;
    if left == 0 {
        return Some(from);
    }
    let mut at = minute_of(from);
    for _ in 0..limit {
        if oracle_open(c, at) {
            let begin = at.max(from);
            let have = (at + TimeDelta::minutes(1) - begin).num_seconds();
            if left <= have {
                return Some(begin + TimeDelta::seconds(left));
            }
            left -= have;
        }
        at += TimeDelta::minutes(1);
    }
    None
}

#[test]
fn table_of_additions() {
    let shanghai = office(Tz::Asia__Shanghai);
    let berlin = office(Tz::Europe__Berlin);
    let whole = ServiceCalendar::default();
    for (calendar, from, minutes, want) in [
        // Within one stretch, and with its seconds.
        (&shanghai, "2026-11-24T09:00:00+08:00", 60, "2026-11-24T10:00:00+08:00"),
        (&shanghai, "2026-11-24T09:00:30+08:00", 60, "2026-11-24T10:00:30+08:00"),
        // Over lunch; ending exactly at lunch.
        (&shanghai, "2026-11-24T11:30:00+08:00", 60, "2026-11-24T14:00:00+08:00"),
        (&shanghai, "2026-11-24T11:00:00+08:00", 60, "2026-11-24T12:00:00+08:00"),
        (&shanghai, "2026-11-24T11:59:30+08:00", 1, "2026-11-24T13:30:30+08:00"),
        // From a closed time: counting begins at the opening.
        (&shanghai, "2026-11-24T12:10:00+08:00", 30, "2026-11-24T14:00:00+08:00"),
        (&shanghai, "2026-11-24T12:10:00+08:00", 0, "2026-11-24T12:10:00+08:00"),
        // Friday evening over the weekend's single morning to Monday.
        (&shanghai, "2026-11-27T17:00:00+08:00", 60 + 180 + 30, "2026-11-30T09:30:00+08:00"),
        // National holiday, make-up Saturday by Friday's hours, make-up Sunday by Thursday's.
        (&shanghai, "2026-09-30T17:30:00+08:00", 60, "2026-10-03T09:30:00+08:00"),
        (&shanghai, "2026-10-10T17:30:00+08:00", 60, "2026-10-11T09:30:00+08:00"),
        // Over a year end.
        (&whole, "2026-12-31T22:30:00+08:00", 60, "2027-01-01T07:30:00+08:00"),
        // Summer time begins on Sunday 2026-03-29: Monday's wall clock is what counts.
        (&berlin, "2026-03-28T11:00:00+01:00", 120, "2026-03-30T10:00:00+02:00"),
    ] {
        assert_eq!(calendar.add(utc(from), minutes), Ok(utc(want)), "{minutes} min from {from}");
        assert_eq!(calendar.between(utc(from), utc(want)), i64::from(minutes), "{from} to {want}");
        assert_eq!(calendar.between(utc(want), utc(from)), -i64::from(minutes));
    }
}

#[test]
fn a_skipped_hour_is_not_worked_and_a_repeated_one_twice() {
    let night = || hours(&["01:30-03:30"]);
    let c = |tz| {
        let week = std::array::from_fn(|_| night());
        ServiceCalendar::new(tz, week, BTreeSet::new(), BTreeMap::new()).unwrap()
    };
    let berlin = c(Tz::Europe__Berlin);
    let length = |c: &ServiceCalendar, d: &str| -> i64 {
        c.intervals_on(day(d)).iter().map(|(a, b)| (*b - *a).num_minutes()).sum()
    };
    assert_eq!(length(&berlin, "2026-03-28"), 120);
    assert_eq!(length(&berlin, "2026-03-29"), 60);
    assert_eq!(length(&berlin, "2026-10-25"), 180);
    // New York puts the clock back from 02:00 to 01:00: 01:30 to 02:00 comes twice, with a pause.
    let new_york = c(Tz::America__New_York);
    assert_eq!(
        new_york.intervals_on(day("2026-11-01")),
        [
            (utc("2026-11-01T01:30:00-04:00"), utc("2026-11-01T02:00:00-04:00")),
            (utc("2026-11-01T01:30:00-05:00"), utc("2026-11-01T03:30:00-05:00")),
        ]
    );
    assert_eq!(new_york.closing(day("2026-11-01")), Some(utc("2026-11-01T03:30:00-05:00")));
}

#[test]
fn days_of_the_community() {
    let c = ServiceCalendar::default();
    assert_eq!(c.tz(), Tz::Asia__Shanghai);
    assert_eq!(c.day_of(utc("2026-11-23T15:59:59Z")), day("2026-11-23"));
    assert_eq!(c.day_of(utc("2026-11-23T16:00:00Z")), day("2026-11-24"));
    assert_eq!(c.day_start(day("2026-11-24")), utc("2026-11-24T00:00:00+08:00"));
    assert_eq!(c.next_day_start(day("2026-12-31")), utc("2027-01-01T00:00:00+08:00"));
    assert_eq!(c.closing(day("2026-11-24")), Some(utc("2026-11-24T23:00:00+08:00")));
    assert!(c.is_open(utc("2026-11-24T22:59:59+08:00")));
    assert!(!c.is_open(utc("2026-11-24T23:00:00+08:00")));
    assert_eq!(c.next_open(utc("2026-11-24T23:00:00+08:00")), Ok(utc("2026-11-25T07:00:00+08:00")));
    let noon = utc("2026-11-24T12:00:00+08:00");
    assert_eq!(c.next_open(noon), Ok(noon));
    // A summer time that skips midnight: the day begins at one o'clock.
    let beirut = office(Tz::Asia__Beirut);
    assert_eq!(beirut.day_start(day("2026-03-29")), utc("2026-03-29T01:00:00+03:00"));
    // Midnight twice: the day begins at the first.
    let havana = office(Tz::America__Havana);
    assert_eq!(havana.day_start(day("2026-11-01")), utc("2026-11-01T00:00:00-04:00"));
    // A day that never was.
    let apia = office(Tz::Pacific__Apia);
    assert_eq!(apia.day_start(day("2011-12-30")), apia.day_start(day("2011-12-31")));
    assert!(apia.intervals_on(day("2011-12-30")).is_empty());
    assert_eq!(office(Tz::Asia__Shanghai).closing(day("2026-11-29")), None);
}

#[test]
fn a_calendar_without_hours_ends() {
    let never = ServiceCalendar::new(Tz::UTC, Default::default(), BTreeSet::new(), BTreeMap::new()).unwrap();
    let now = utc("2026-11-24T09:00:00Z");
    assert_eq!(never.add(now, 1), Err(NoHours::Never));
    assert_eq!(never.next_open(now), Err(NoHours::Never));
    assert_eq!(never.between(now, now + TimeDelta::days(400)), 0);
    // One make-up day is all there is: enough for its own minutes and not for more.
    let mut week: [Vec<Interval>; 7] = Default::default();
    week[2] = hours(&["09:00-10:00"]);
    let blocked = (0..4_000).map(|n| day("2026-11-24") + Days::new(n)).collect();
    let once =
        ServiceCalendar::new(Tz::UTC, week, blocked, BTreeMap::from([(day("2026-12-01"), Weekday::Wed)]))
            .unwrap();
    assert_eq!(once.add(now, 60), Ok(utc("2026-12-01T10:00:00Z")));
    assert_eq!(once.add(now, 61), Err(NoHours::Never));
    let week = std::array::from_fn(|_| hours(&["09:00-09:01"]));
    let sparse = ServiceCalendar::new(Tz::UTC, week, BTreeSet::new(), BTreeMap::new()).unwrap();
    assert_eq!(sparse.add(now, u32::MAX), Err(NoHours::TooFar));
    // The ends of the range of dates.
    let c = office(Tz::Asia__Shanghai);
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let _ = (c.is_open(at), c.add(at, 5), c.next_open(at), c.between(at, at));
        let d = c.day_of(at);
        let _ = (c.closing(d), c.day_start(d), c.next_day_start(d));
    }
}

#[test]
fn text_form_and_refusals() {
    let c = office(Tz::Asia__Shanghai);
    let json = serde_json::to_string(&c).unwrap();
    assert!(json.contains(r#""tz":"Asia/Shanghai""#), "{json}");
    assert!(json.contains(r#"["09:00-12:00","13:30-18:00"]"#), "{json}");
    assert!(json.contains(r#""2026-10-11":"Thu""#), "{json}");
    assert_eq!(serde_json::from_str::<ServiceCalendar>(&json).unwrap(), c);
    for (text, error) in [
        ("09:00", CalendarError::UnreadableInterval { text: "09:00".into() }),
        ("9-12", CalendarError::UnreadableInterval { text: "9-12".into() }),
        ("09:60-12:00", CalendarError::UnreadableInterval { text: "09:60-12:00".into() }),
        ("+9:00-12:00", CalendarError::UnreadableInterval { text: "+9:00-12:00".into() }),
        ("12:00-12:00", CalendarError::EmptyInterval { from: 720, to: 720 }),
        ("18:00-02:00", CalendarError::EmptyInterval { from: 1080, to: 120 }),
        ("18:00-24:01", CalendarError::PastMidnight { to: 1441 }),
    ] {
        assert_eq!(text.parse::<Interval>(), Err(error), "{text}");
    }
    assert_eq!("9:00 - 24:00".parse::<Interval>().unwrap().to_string(), "09:00-24:00");
    for (list, error) in [
        (["13:00-14:00", "09:00-12:00"], CalendarError::Unsorted { day: Weekday::Tue }),
        (["09:00-12:00", "11:59-14:00"], CalendarError::Overlap { day: Weekday::Tue }),
    ] {
        let mut week: [Vec<Interval>; 7] = Default::default();
        week[1] = hours(&list);
        let made = ServiceCalendar::new(Tz::UTC, week, BTreeSet::new(), BTreeMap::new());
        assert_eq!(made, Err(error.clone()));
        let json = format!(r#"{{"tz":"UTC","week":[[],["{}","{}"],[],[],[],[],[]]}}"#, list[0], list[1]);
        let read = serde_json::from_str::<ServiceCalendar>(&json).unwrap_err().to_string();
        assert!(read.contains(&error.to_string()), "{read}");
    }
    assert!(
        serde_json::from_str::<ServiceCalendar>(r#"{"tz":"Mars/Base","week":[[],[],[],[],[],[],[]]}"#)
            .is_err()
    );
}

/// Zones with and without summer time, with whole and broken hours.
const ZONES: [Tz; 8] = [
    Tz::Asia__Shanghai,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Beirut,
    Tz::America__Havana,
    Tz::Asia__Kathmandu,
    Tz::UTC,
];

fn week() -> impl Strategy<Value = Vec<Interval>> {
    proptest::collection::btree_set(0u16..=1440, 0..7).prop_map(|borders| {
        let borders: Vec<u16> = borders.into_iter().collect();
        borders.chunks_exact(2).map(|pair| Interval::new(pair[0], pair[1]).unwrap()).collect()
    })
}

/// Beginnings near what is hard: changes of the clock, year ends, leap days; and anywhere.
fn anchor() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        Just(day("2026-03-08")),
        Just(day("2026-03-29")),
        Just(day("2026-04-05")),
        Just(day("2026-10-25")),
        Just(day("2026-11-01")),
        Just(day("2026-12-31")),
        Just(day("2028-02-29")),
        (0u64..4000).prop_map(|n| day("2024-01-01") + Days::new(n)),
    ]
}

prop_compose! {
    fn case()(
        zone in 0..ZONES.len(),
        week in proptest::array::uniform7(prop_oneof![2 => week(), 1 => Just(vec![])]),
        anchor in anchor(),
        holidays in proptest::collection::btree_set(0u64..8, 0..4),
        makeup in proptest::collection::btree_map(0u64..8, 0u8..7, 0..3),
        back in 0i64..3 * 86_400,
    ) -> (ServiceCalendar, DateTime<Utc>) {
        let first = anchor - Days::new(2);
        let calendar = ServiceCalendar::new(
            ZONES[zone],
            week,
            holidays.into_iter().map(|n| first + Days::new(n)).collect(),
            makeup.into_iter().map(|(n, d)| (first + Days::new(n), Weekday::try_from(d).unwrap())).collect(),
        ).unwrap();
        let from = Utc.from_utc_datetime(&anchor.and_hms_opt(12, 0, 0).unwrap()) - TimeDelta::seconds(back);
        (calendar, from)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn add_equals_counting((c, from) in case(), minutes in 0u32..4_000) {
        const LIMIT: u32 = 20 * 1440;
        match (c.add(from, minutes), oracle_add(&c, from, minutes, LIMIT)) {
            (Ok(got), Some(want)) => prop_assert_eq!(got, want),
            (Ok(got), None) => prop_assert!(got > from + TimeDelta::minutes(i64::from(LIMIT) - 1)),
            (Err(_), Some(want)) => prop_assert!(false, "no answer, but {want} by counting"),
            (Err(error), None) => prop_assert_eq!(error, NoHours::Never),
        }
    }

    #[test]
    fn between_equals_counting((c, a) in case(), seconds in 0i64..6 * 86_400) {
        let b = a + TimeDelta::seconds(seconds);
        let want = oracle_between(&c, a, b);
        prop_assert_eq!(c.between(a, b), want);
        prop_assert_eq!(c.between(b, a), -want);
    }

    #[test]
    fn open_and_next_open_equal_looking_at_each_minute((c, at) in case()) {
        prop_assert_eq!(c.is_open(at), oracle_open(&c, at));
        let mut look = at;
        let mut want = None;
        for _ in 0..6 * 1440 {
            if oracle_open(&c, look) {
                want = Some(look);
                break;
            }
            look = minute_of(look) + TimeDelta::minutes(1);
        }
        if let Some(want) = want {
            prop_assert_eq!(c.next_open(at), Ok(want));
        }
    }

    #[test]
    fn days_hold_their_instants((c, at) in case()) {
        let d = c.day_of(at);
        prop_assert!(c.day_start(d) <= at && at < c.next_day_start(d));
        prop_assert_eq!(c.day_of(c.day_start(d)), d);
        prop_assert_eq!(c.next_day_start(d), c.day_start(d + Days::new(1)));
        for (from, to) in c.intervals_on(d) {
            prop_assert!(from < to);
            prop_assert_eq!(c.day_of(from), d);
            prop_assert_eq!(c.day_of(to - TimeDelta::seconds(1)), d);
            prop_assert!(c.is_open(from) && !(c.is_open(to) && c.day_of(to) == d));
        }
    }
}
