use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

const TZ: Tz = Tz::Asia__Shanghai;

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// A Tuesday.
fn now() -> DateTime<Utc> {
    utc("2026-11-24T16:41:07+08:00")
}

fn today() -> NaiveDate {
    "2026-11-24".parse().unwrap()
}

#[test]
fn instants() {
    for (input, want) in [
        ("15:30", "2026-11-24T15:30"),
        ("１５：３０", "2026-11-24T15:30"),
        ("1530", "2026-11-24T15:30"),
        ("930", "2026-11-24T09:30"),
        ("15:30:20", "2026-11-24T15:30:20"),
        ("9点", "2026-11-24T09:00"),
        ("9点05", "2026-11-24T09:05"),
        ("九点十五分", "2026-11-24T09:15"),
        ("两点三刻", "2026-11-24T02:45"),
        ("下午3点半", "2026-11-24T15:30"),
        ("下午三点一刻", "2026-11-24T15:15"),
        ("晚上8点", "2026-11-24T20:00"),
        ("晚上12点", "2026-11-25T00:00"),
        ("今晚8点", "2026-11-24T20:00"),
        ("中午", "2026-11-24T12:00"),
        ("中午1点", "2026-11-24T13:00"),
        ("明天中午12点", "2026-11-25T12:00"),
        ("noon", "2026-11-24T12:00"),
        ("tomorrow noon", "2026-11-25T12:00"),
        ("12am", "2026-11-24T00:00"),
        ("12pm", "2026-11-24T12:00"),
        ("明天 10:00", "2026-11-25T10:00"),
        ("明早九点", "2026-11-25T09:00"),
        ("后天上午9点", "2026-11-26T09:00"),
        ("周五 9点", "2026-11-27T09:00"),
        ("周五九点", "2026-11-27T09:00"),
        ("星期二 18:00", "2026-11-24T18:00"),
        ("周一 9:00", "2026-11-30T09:00"),
        ("下周一 14:30", "2026-11-30T14:30"),
        ("下周五 14:30", "2026-12-04T14:30"),
        ("下个星期天 14:30", "2026-12-06T14:30"),
        ("本周日 10点", "2026-11-29T10:00"),
        ("11-26 10:00", "2026-11-26T10:00"),
        ("11/26 10", "2026-11-26T10:00"),
        ("2026-11-26 10:00", "2026-11-26T10:00"),
        ("2026-11-26T10:00", "2026-11-26T10:00"),
        ("26-11-26 10:00", "2026-11-26T10:00"),
        ("20261126 1000", "2026-11-26T10:00"),
        ("11月26日 下午3点半", "2026-11-26T15:30"),
        ("２０２６年１１月２６日１０：００", "2026-11-26T10:00"),
        ("十一月二十六日十点", "2026-11-26T10:00"),
        ("26号上午10点", "2026-11-26T10:00"),
        ("1号 10:00", "2026-12-01T10:00"),
        ("1-3 8:00", "2027-01-03T08:00"),
        ("tomorrow 10am", "2026-11-25T10:00"),
        ("10am tomorrow", "2026-11-25T10:00"),
        ("Friday 9am", "2026-11-27T09:00"),
        ("friday at 9", "2026-11-27T09:00"),
        ("next monday 2:30pm", "2026-11-30T14:30"),
        ("next monday 2:30 p.m.", "2026-11-30T14:30"),
        ("Nov 26 10:00", "2026-11-26T10:00"),
        ("26 Nov 2026, 10:00", "2026-11-26T10:00"),
        ("26th of November 10am", "2026-11-26T10:00"),
        ("tonight 8", "2026-11-24T20:00"),
        ("in 2 hours", "2026-11-24T18:41:07"),
        ("in half an hour", "2026-11-24T17:11:07"),
        ("+2h", "2026-11-24T18:41:07"),
        ("＋２ｈ", "2026-11-24T18:41:07"),
        ("+90m", "2026-11-24T18:11:07"),
        ("+1h30m", "2026-11-24T18:11:07"),
        ("+1.5h", "2026-11-24T18:11:07"),
        ("+1d", "2026-11-25T16:41:07"),
        ("-10m", "2026-11-24T16:31:07"),
        ("10分钟前", "2026-11-24T16:31:07"),
        ("2小时后", "2026-11-24T18:41:07"),
        ("两个小时后", "2026-11-24T18:41:07"),
        ("半小时后", "2026-11-24T17:11:07"),
        ("半个小时之后", "2026-11-24T17:11:07"),
        ("一个半小时后", "2026-11-24T18:11:07"),
        ("三天后", "2026-11-27T16:41:07"),
        ("2周后", "2026-12-08T16:41:07"),
        ("一刻钟后", "2026-11-24T16:56:07"),
        ("2 days later", "2026-11-26T16:41:07"),
        ("2026-11-26T10:00:00+08:00", "2026-11-26T10:00"),
        ("2026-11-26T02:00:00z", "2026-11-26T10:00"),
    ] {
        let want = if want.len() == 16 { format!("{want}:00+08:00") } else { format!("{want}+08:00") };
        assert_eq!(when(input, now(), TZ), Ok(utc(&want)), "{input}");
    }
}

#[test]
fn now_is_this_second() {
    let now = now() + chrono::TimeDelta::milliseconds(1_250);
    for input in ["现在", "刚才", " now ", "Just now"] {
        assert_eq!(when(input, now, TZ), Ok(now - chrono::TimeDelta::milliseconds(250)), "{input}");
    }
    for input in ["现在 10:00", "now now", "明天现在"] {
        assert!(when(input, now, TZ).is_err(), "{input}");
    }
    assert!(date("现在", today()).is_err() && time("现在").is_err() && span("now").is_err());
}

#[test]
fn instants_that_are_refused() {
    let not = |input: &str| TypedError::not_understood(Sort::When, input);
    let no_day = |input: &str| TypedError::NoSuchDay { input: input.into() };
    let no_time = |input: &str| TypedError::NoSuchTime { input: input.into() };
    for (input, error) in [
        ("", TypedError::Empty(Sort::When)),
        ("　\u{200b} ", TypedError::Empty(Sort::When)),
        ("soon", not("soon")),
        ("9", not("9")),
        ("3-2-1501", not("3-2-1501")),
        ("10:00 11:00", not("10:00 11:00")),
        ("9点-10点", not("9点-10点")),
        ("下午", TypedError::TimeMissing),
        ("明天", TypedError::TimeMissing),
        ("明天上午", TypedError::TimeMissing),
        ("2026-11-26", TypedError::TimeMissing),
        ("下周", not("下周")),
        ("半天后", not("半天后")),
        ("+2", TypedError::SpanUnitMissing),
        ("in 5", TypedError::SpanUnitMissing),
        ("+0.01h", TypedError::PartOfMinute),
        ("+999999999d", TypedError::TooFar { sort: Sort::When }),
        ("9999-01-01 10:00", TypedError::TooFar { sort: Sort::When }),
        ("2-30 10:00", no_day("2-30 10:00")),
        ("2026-02-29 10:00", no_day("2026-02-29 10:00")),
        ("13月1日 10:00", no_day("13月1日 10:00")),
        ("25:00", no_time("25:00")),
        ("10:60", no_time("10:60")),
        ("2460", no_time("2460")),
        ("上午3点四刻", no_time("上午3点四刻")),
        ("上午14点", no_time("上午14点")),
        ("13am", no_time("13am")),
        ("2026-11-26T10:00Z", not("2026-11-26T10:00Z")),
    ] {
        assert_eq!(when(input, now(), TZ), Err(error), "{input}");
    }
}

#[test]
fn summer_time() {
    let berlin = Tz::Europe__Berlin;
    let spring = utc("2026-03-28T02:30:00+01:00");
    assert_eq!(when("明天 2:30", spring, berlin), Err(TypedError::SkippedTime { input: "明天 2:30".into() }));
    assert_eq!(when("+1d", spring, berlin), Ok(utc("2026-03-29T03:30:00+02:00")));
    assert_eq!(when("+2d", spring, berlin), Ok(utc("2026-03-30T02:30:00+02:00")));
    let autumn = utc("2026-10-25T00:30:00+02:00");
    assert_eq!(when("2:30", autumn, berlin), Ok(utc("2026-10-25T02:30:00+02:00")));
    assert_eq!(when("+3h", autumn, berlin), Ok(utc("2026-10-25T02:30:00+01:00")));
    // Hours from a wall clock that shows the second of two equal times.
    let second = utc("2026-10-25T02:30:00+01:00");
    assert_eq!(when("+10m", second, berlin), Ok(utc("2026-10-25T02:40:00+01:00")));
}

#[test]
fn days() {
    for (input, want) in [
        ("今天", "2026-11-24"),
        ("昨天", "2026-11-23"),
        ("大后天", "2026-11-27"),
        ("today", "2026-11-24"),
        ("周五", "2026-11-27"),
        ("周２", "2026-11-24"),
        ("上周五", "2026-11-20"),
        ("last friday", "2026-11-20"),
        ("11-26", "2026-11-26"),
        ("11.26", "2026-11-26"),
        ("1126", "2026-11-26"),
        ("20261126", "2026-11-26"),
        ("2026/11/26", "2026-11-26"),
        ("2026年11月26日", "2026-11-26"),
        ("12月1日", "2026-12-01"),
        ("2-29", "2028-02-29"),
        ("26号", "2026-11-26"),
        ("+3d", "2026-11-27"),
        ("3天前", "2026-11-21"),
        ("in 2 weeks", "2026-12-08"),
    ] {
        assert_eq!(date(input, today()), Ok(want.parse().unwrap()), "{input}");
    }
    for input in ["10:00", "明天 10:00", "+2h", "2026-11", "11/26/2026", "abc"] {
        assert_eq!(date(input, today()), Err(TypedError::not_understood(Sort::Date, input)), "{input}");
    }
    assert_eq!(date("0230", today()), Err(TypedError::NoSuchDay { input: "0230".into() }));
    assert_eq!(date("32号", today()), Err(TypedError::NoSuchDay { input: "32号".into() }));
}

#[test]
fn times_of_day() {
    for (input, h, m) in [
        ("9", 9, 0),
        ("15:30", 15, 30),
        ("1530", 15, 30),
        ("0705", 7, 5),
        ("下午3点半", 15, 30),
        ("2:30pm", 14, 30),
        ("noon", 12, 0),
        ("零点", 0, 0),
        ("凌晨2点", 2, 0),
        ("晚上12点", 0, 0),
    ] {
        assert_eq!(time(input), Ok(NaiveTime::from_hms_opt(h, m, 0).unwrap()), "{input}");
    }
    assert_eq!(time("24:00"), Err(TypedError::NoSuchTime { input: "24:00".into() }));
    assert_eq!(time("晚上3点"), Err(TypedError::NoSuchTime { input: "晚上3点".into() }));
    for input in ["明天", "明天 9点", "上午", "+2h"] {
        assert_eq!(time(input), Err(TypedError::not_understood(Sort::Time, input)), "{input}");
    }
}

#[test]
fn spans() {
    for (input, minutes) in [
        ("2h", 120),
        ("30分钟", 30),
        ("30m", 30),
        ("3天", 4320),
        ("3 days", 4320),
        ("1天2h", 1560),
        ("1.5h", 90),
        ("半小时", 30),
        ("half an hour", 30),
        ("一个半小时", 90),
        ("两小时半", 150),
        ("1周", 10080),
        ("一百二十分钟", 120),
        ("２４小时", 1440),
        ("1.5d", 2160),
        ("0m", 0),
    ] {
        assert_eq!(span(input), Ok(minutes), "{input}");
    }
    for (input, error) in [
        ("90", TypedError::SpanUnitMissing),
        ("1.23m", TypedError::PartOfMinute),
        ("半天", TypedError::not_understood(Sort::Span, "半天")),
        ("2h x", TypedError::not_understood(Sort::Span, "2h x")),
        ("-2h", TypedError::not_understood(Sort::Span, "-2h")),
        ("999999999w", TypedError::TooFar { sort: Sort::Span }),
        ("9999999999h", TypedError::not_understood(Sort::Span, "9999999999h")),
    ] {
        assert_eq!(span(input), Err(error), "{input}");
    }
}

#[test]
fn amounts() {
    for (input, fen) in [
        ("12", 1200),
        ("12.5", 1250),
        ("¥12.50", 1250),
        ("￥１２．５０", 1250),
        ("12元", 1200),
        ("12.5元", 1250),
        ("12元5角", 1250),
        ("12元5角3分", 1253),
        ("12块5", 1250),
        ("12元05", 1205),
        ("12元5分", 1205),
        ("5角", 50),
        ("5毛", 50),
        ("3分", 3),
        ("1,200", 120_000),
        ("1，200．50", 120_050),
        ("12 345", 1_234_500),
        ("rmb 12", 1200),
        ("0", 0),
        ("-0", 0),
        ("1000000000", MONEY_MAX),
    ] {
        assert_eq!(money(input), Ok(fen), "{input}");
    }
    let not = |input: &str| TypedError::not_understood(Sort::Money, input);
    for (input, error) in [
        ("12.345", TypedError::TooManyDecimals),
        ("12.500", TypedError::TooManyDecimals),
        ("-5", TypedError::Negative),
        ("¥-5", TypedError::Negative),
        ("1000000000.01", TypedError::TooMuch),
        ("99999999999999999999", TypedError::TooMuch),
        ("1,20", not("1,20")),
        ("1,2000", not("1,2000")),
        (",200", not(",200")),
        ("12.", not("12.")),
        (".5", not(".5")),
        ("1.2.3", not("1.2.3")),
        ("5角2元", not("5角2元")),
        ("12元5元", not("12元5元")),
        ("12.5角", not("12.5角")),
        ("twelve", not("twelve")),
        ("元", not("元")),
        ("", TypedError::Empty(Sort::Money)),
    ] {
        assert_eq!(money(input), Err(error), "{input}");
    }
}

#[test]
fn telephone_numbers() {
    for (input, want) in [
        ("13800005678", "13800005678"),
        ("１３８ ００００ ５６７８", "13800005678"),
        ("138-0000-5678", "13800005678"),
        ("+86 138 0000 5678", "13800005678"),
        ("008613800005678", "13800005678"),
        ("8613800005678", "13800005678"),
        ("013800005678", "13800005678"),
        ("13800005678.0", "13800005678"),
        ("1.3800005678E+10", "13800005678"),
        ("0755-12345678", "0755-12345678"),
        ("075512345678", "0755-12345678"),
        ("(0755) 1234 5678", "0755-12345678"),
        ("0755－12345678转801", "0755-12345678-801"),
        ("0755-12345678-801", "0755-12345678-801"),
        ("0755-12345678 ext. 801", "0755-12345678-801"),
        ("010-12345678", "010-12345678"),
        ("02012345678", "020-12345678"),
        ("0717-1234567", "0717-1234567"),
        ("+86 755 12345678", "0755-12345678"),
        ("12345678", "12345678"),
        ("8001", "8001"),
        ("110", "110"),
        ("95588", "95588"),
        ("400-800-1234", "4008001234"),
        ("+852 6123 4567", "+85261234567"),
        ("+86-10-12345678", "010-12345678"),
        ("12345678转801", "12345678#801"),
    ] {
        assert_eq!(phone(input), Ok(want.into()), "{input}");
        assert_eq!(phone(want), Ok(want.into()), "again {want}");
    }
    for (input, error) in [
        ("1.38E+10", TypedError::DigitsLost { input: "1.38E+10".into() }),
        ("１．３８Ｅ＋１０", TypedError::DigitsLost { input: "１．３８Ｅ＋１０".into() }),
        ("1e10", TypedError::DigitsLost { input: "1e10".into() }),
        ("1380000567", TypedError::PhoneLength { digits: 10 }),
        ("138000056789", TypedError::PhoneLength { digits: 12 }),
        ("12", TypedError::PhoneLength { digits: 2 }),
        ("0755-123456", TypedError::PhoneLength { digits: 10 }),
        ("张三", TypedError::not_understood(Sort::Phone, "张三")),
        ("13800005678转", TypedError::not_understood(Sort::Phone, "13800005678转")),
        ("13800005678/13900001122", TypedError::PhoneLength { digits: 22 }),
        ("-", TypedError::not_understood(Sort::Phone, "-")),
    ] {
        assert_eq!(phone(input), Err(error), "{input}");
    }
}

#[test]
fn units() {
    for (input, want) in [
        ("3-2-1501", "3-2-1501"),
        ("3 2 1501", "3-2-1501"),
        ("３－２－１５０１", "3-2-1501"),
        ("3—2—1501", "3-2-1501"),
        ("3/2/1501", "3-2-1501"),
        ("3-2-1501室", "3-2-1501"),
        ("3栋2单元1501室", "3-2-1501"),
        ("3 栋 2 单元 1501 室", "3-2-1501"),
        ("三栋二单元1501", "3-2-1501"),
        ("03栋02单元0302", "3-2-0302"),
        ("3号楼1501", "3-1501"),
        ("3号楼2单元1501号", "3-2-1501"),
        ("3号1501", "3-1501"),
        ("3#1501", "3-1501"),
        ("3幢1501房", "3-1501"),
        ("A座-1203", "A-1203"),
        ("a-1203", "A-1203"),
        ("A1-1203b", "A1-1203B"),
        ("东区3栋2单元1501", "东区3-2-1501"),
        ("十二栋一五〇一", "12-1501"),
        ("building 3 unit 2 room 1501", "3-2-1501"),
        ("block A flat 1203", "A-1203"),
        ("3-2-1501.0", "3-2-1501"),
    ] {
        let found = unit(input).unwrap_or_else(|error| panic!("{input}: {error}"));
        assert_eq!(found.label(), want, "{input}");
        assert_eq!(unit(&found.label()), Ok(found), "again {want}");
    }
    let not = |input: &str| TypedError::not_understood(Sort::Unit, input);
    for (input, error) in [
        ("", TypedError::Empty(Sort::Unit)),
        ("321501", not("321501")),
        ("公共", not("公共")),
        ("2栋电梯异响", not("2栋电梯异响")),
        ("1-2-3-4", not("1-2-3-4")),
        ("3栋2单元", TypedError::RoomMissing),
        ("3栋", TypedError::RoomMissing),
        ("2单元1501", TypedError::BuildingMissing),
        ("1501室", TypedError::BuildingMissing),
        ("--", not("--")),
        ("3-2-", not("3-2-")),
    ] {
        match unit(input) {
            Err(found) => assert_eq!(found, error, "{input}"),
            Ok(found) => assert_eq!((input, found.label().as_str()), ("3-2-", "3-2")),
        }
    }
}

#[test]
fn refusals_speak_both_languages() {
    let all = [
        when("soon", now(), TZ).unwrap_err(),
        when("明天", now(), TZ).unwrap_err(),
        when("25:00", now(), TZ).unwrap_err(),
        date("2-30", today()).unwrap_err(),
        span("90").unwrap_err(),
        span("1.23m").unwrap_err(),
        money("12.345").unwrap_err(),
        money("-1").unwrap_err(),
        money("9999999999999").unwrap_err(),
        phone("1.38E+10").unwrap_err(),
        phone("12").unwrap_err(),
        unit("3栋").unwrap_err(),
        unit("1501室").unwrap_err(),
        TypedError::TooFar { sort: Sort::When },
        TypedError::SkippedTime { input: "2:30".into() },
    ];
    let sorts = Sort::ALL;
    let nothing = sorts.map(TypedError::Empty);
    let unknown = sorts.map(|sort| TypedError::not_understood(sort, "\u{1b}[31m<x>%{example}\n"));
    for error in all.iter().chain(&nothing).chain(&unknown) {
        for lang in Lang::ALL {
            let said = error.say(lang);
            assert!(!said.starts_with("text."), "{error:?}: {said}");
            assert!(said.contains(&error.sort().example(lang)), "{error:?}: {said}");
            assert!(!said.contains(char::is_control), "{said:?}");
        }
    }
    // What was typed is data.
    assert!(unknown[0].say(Lang::En).contains("<x>%{example}"));
}

/// Pieces that the functions know, stirred together with anything at all.
fn stirred() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(vec![
            "明天", "周五", "下", "下周一", "上午", "下午", "晚上", "中午", "半", "点", "分", "刻", "小时", "个", "天",
            "后", "前", "年", "月", "日", "号", "周", "整", "十", "二", "两", "百", "〇", "-", "/", ".", ":", ",", "+",
            "am", "pm", "next", "in", "h", "m", "d", "nov", "元", "角", "块", "转", "栋", "单元", "室", "座", "#", "e",
            " ", "　", "：", "－", "房号", "İ", "ß",
        ]).prop_map(String::from),
        3 => "[0-9]{1,10}",
        1 => "[０-９]{1,4}",
        1 => "\\PC{0,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn nothing_typed_panics(text in stirred(), second in 0i64..4_000_000_000) {
        let now = DateTime::from_timestamp(second, 0).unwrap();
        for tz in [TZ, Tz::America__New_York] {
            let today = now.with_timezone(&tz).date_naive();
            let errors = [
                when(&text, now, tz).err(),
                date(&text, today).err(),
                time(&text).err(),
                span(&text).err(),
                money(&text).err(),
                phone(&text).err(),
                unit(&text).err(),
            ];
            for error in errors.into_iter().flatten() {
                prop_assert!(!error.say(Lang::ZhCn).is_empty());
            }
        }
    }

    #[test]
    fn normal_forms_stay(text in stirred()) {
        if let Ok(number) = phone(&text) {
            prop_assert_eq!(phone(&number), Ok(number.clone()));
            prop_assert!(number.chars().all(|c| c.is_ascii_digit() || "+-#".contains(c)));
        }
        if let Ok(found) = unit(&text) {
            prop_assert_eq!(unit(&found.label()), Ok(found.clone()), "{}", found);
        }
    }

    #[test]
    fn units_round_trip(building in "[A-Z]?[1-9][0-9]?|[A-Z]", unit_no in proptest::option::of("[1-9]"), room in "[0-9]{3,4}") {
        let made = UnitRef { building, unit: unit_no, room };
        prop_assert_eq!(unit(&made.label()), Ok(made));
    }
}
