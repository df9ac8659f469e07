use proptest::prelude::*;

use super::*;
use crate::text::typed;

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

const TZ: Tz = Tz::Asia__Shanghai;

#[test]
fn instants_near_and_far() {
    let now = utc("2026-11-24T09:41:00+08:00");
    for (at, zh, en) in [
        ("2026-11-24T15:30:59+08:00", "15:30", "15:30"),
        ("2026-11-24T00:00:00+08:00", "00:00", "00:00"),
        ("2026-11-25T10:00:00+08:00", "明天 10:00", "tomorrow 10:00"),
        ("2026-11-23T23:59:00+08:00", "昨天 23:59", "yesterday 23:59"),
        ("2026-11-26T10:00:00+08:00", "11-26 10:00", "11-26 10:00"),
        ("2027-01-03T08:00:00+08:00", "01-03 08:00", "01-03 08:00"),
        ("2026-01-03T08:00:00+08:00", "2026-01-03 08:00", "2026-01-03 08:00"),
        ("2024-11-26T10:00:00+08:00", "2024-11-26 10:00", "2024-11-26 10:00"),
    ] {
        assert_eq!(show_when(utc(at), now, TZ, Lang::ZhCn), zh);
        assert_eq!(show_when(utc(at), now, TZ, Lang::En), en);
    }
    assert_eq!(show_when_short(utc("2026-11-25T10:00:00+08:00"), now, TZ), "11-25 10:00");
    let day = "2026-11-24".parse().unwrap();
    assert_eq!(show_day(day, Lang::ZhCn), "2026-11-24 周二");
    assert_eq!(show_day(day, Lang::En), "Tue 2026-11-24");
}

#[test]
fn spans_and_money() {
    for (minutes, zh, en) in [
        (0, "0分", "0m"),
        (35, "35分", "35m"),
        (60, "1h", "1h"),
        (150, "2h30分", "2h30m"),
        (1440, "1天", "1d"),
        (1440 + 120 + 59, "1天2h", "1d2h"),
        (-90, "-1h30分", "-1h30m"),
    ] {
        assert_eq!(show_span(minutes, Lang::ZhCn), zh);
        assert_eq!(show_span(minutes, Lang::En), en);
    }
    for (fen, text) in
        [(0, "0.00"), (5, "0.05"), (1250, "12.50"), (-5, "-0.05"), (i64::MIN, "-92233720368547758.08")]
    {
        assert_eq!(show_money(fen), text);
    }
}

#[test]
fn masks() {
    for (phone, shown) in [
        ("13800005678", "138****5678"),
        ("0755-12345678", "0755-****5678"),
        ("0755-12345678-801", "0755-****5678-***"),
        ("010-1234567", "010-****4567"),
        ("12345678", "****5678"),
        ("4008001234", "40****234"),
        ("95588", "****8"),
        ("110", "****"),
        ("", "****"),
        ("+85261234567", "852****4567"),
        ("13800005678#801", "138****5678#***"),
    ] {
        assert_eq!(mask_phone(phone), shown, "{phone}");
    }
    for (id, shown) in [
        ("440301199001011234", "440****1234"),
        ("44030119900101123X", "440****123X"),
        ("E12345678", "E****78"),
        ("H1234", "****34"),
        ("12", "****"),
    ] {
        assert_eq!(mask_id(id), shown, "{id}");
    }
}

proptest! {
    #[test]
    fn shown_instants_can_be_typed_again(
        now in 1_600_000_000i64..2_000_000_000,
        minutes in -1_500_000i64..1_500_000,
        zh in any::<bool>(),
    ) {
        let lang = if zh { Lang::ZhCn } else { Lang::En };
        let now = DateTime::from_timestamp(now, 0).unwrap();
        let at = DateTime::from_timestamp(now.timestamp() / 60 * 60 + minutes * 60, 0).unwrap();
        for text in [show_when(at, now, TZ, lang), show_when_short(at, now, TZ)] {
            prop_assert_eq!(typed::when(&text, now, TZ), Ok(at), "{}", text);
        }
        let day = at.with_timezone(&TZ).date_naive();
        let today = now.with_timezone(&TZ).date_naive();
        prop_assert_eq!(typed::date(&day.to_string(), today), Ok(day));
    }

    #[test]
    fn shown_spans_and_money_can_be_typed_again(minutes in 1u32..1440, days in 0u32..400, hours in 0u32..24, fen in 0..=typed::MONEY_MAX) {
        for lang in Lang::ALL {
            prop_assert_eq!(typed::span(&show_span(i64::from(minutes), lang)), Ok(minutes));
            let long = days * 1440 + hours * 60;
            prop_assert_eq!(typed::span(&show_span(i64::from(long), lang)), Ok(long));
        }
        prop_assert_eq!(typed::money(&show_money(fen)), Ok(fen));
    }

    #[test]
    fn masks_hide(text in "[0-9A-Z+-]{0,24}") {
        let count = |s: &str| letters(s).len();
        for shown in [mask_phone(&text), mask_id(&text)] {
            prop_assert!(count(&shown) <= 8 && shown.contains("****"), "{} -> {}", text, shown);
        }
        prop_assert!(count(&mask_id(&text)) * 3 <= count(&text) * 2);
    }
}
