//! The community, and when its counter works.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde_json::json;

use super::codes::object;
use super::section::{Around, Column, Doing, Edit, Row, Section, gone};
use crate::desk::calendar::{CalendarError, DAY_MINUTES, Interval, ServiceCalendar};
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::text::plain::plain;
use crate::text::say::word;
use crate::text::show::show_weekday;
use crate::text::typed;
use crate::ui::parts::options::Choice;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
/// Days of one holiday at most: the longest ones of the year have eight or nine.
const HOLIDAY_MAX: u64 = 31;

/// Name, telephone, time zone.
pub struct Community;

const COMMUNITY: &[Field] = &[
    Field::required("community", FieldType::Text),
    Field::new("telephone", FieldType::Phone),
    Field::required("tz", FieldType::Text),
    Field::required("soon_minutes", FieldType::Count { min: 1, max: 1440 }),
    Field::required("lock_minutes", FieldType::Count { min: 0, max: 480 }),
    Field::new("company", FieldType::Text),
];

impl Section for Community {
    fn id(&self) -> String {
        "community".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("what", 28), ("now", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let values = self.values("", around);
        let shown = |field: &Field| {
            let value = values.get(field.key);
            let text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let label = word(around.lang, super::section::WORDS, "field", field.key);
            Row::new(field.key, vec![label, text.unwrap_or_default()])
        };
        COMMUNITY.iter().map(shown).collect()
    }

    fn can(&self, doing: Doing) -> bool {
        doing == Doing::Change
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        COMMUNITY.to_vec()
    }

    fn values(&self, _: &str, around: &Around) -> Values {
        let settings = around.settings;
        object(json!({
            "community": settings.community,
            "company": settings.company,
            "telephone": settings.telephone,
            "tz": settings.calendar.tz().name(),
            "soon_minutes": settings.soon_minutes,
            "lock_minutes": settings.lock_minutes,
        }))
    }

    fn choices(&self, key: &str, _: &Around) -> Option<Vec<Choice>> {
        (key == "tz").then(|| TZ_VARIANTS.iter().map(|tz| Choice::new(tz.name(), tz.name())).collect())
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        settings.community = edit.text("community");
        settings.company = edit.text("company");
        settings.telephone = edit.text("telephone");
        settings.soon_minutes = u32::try_from(edit.number("soon_minutes")).unwrap_or(1);
        settings.lock_minutes = u32::try_from(edit.number("lock_minutes")).unwrap_or(0);
        let tz: Tz = edit.text("tz").parse().map_err(|_| Why::new("desk.why.required").about("tz"))?;
        settings.calendar = calendar(settings, |parts| parts.tz = tz).map_err(|why| why.about("tz"))?;
        Ok(())
    }
}

/// A calendar taken apart, to change one thing of it.
struct Parts {
    tz: Tz,
    week: [Vec<Interval>; 7],
    holidays: BTreeSet<NaiveDate>,
    makeup: BTreeMap<NaiveDate, Weekday>,
}

fn calendar(settings: &Settings, change: impl FnOnce(&mut Parts)) -> Result<ServiceCalendar, Why> {
    let old = &settings.calendar;
    let mut parts = Parts {
        tz: old.tz(),
        week: old.week().clone(),
        holidays: old.holidays().clone(),
        makeup: old.makeup().clone(),
    };
    change(&mut parts);
    ServiceCalendar::new(parts.tz, parts.week, parts.holidays, parts.makeup).map_err(|error| why(&error))
}

/// The refusal of hours.
fn why(error: &CalendarError) -> Why {
    match error {
        CalendarError::UnreadableInterval { text } => {
            Why::new("settings.why.hours").with("input", Arg::Text(text.clone()))
        }
        CalendarError::EmptyInterval { .. } => Why::new("settings.why.hours_backwards"),
        CalendarError::PastMidnight { .. } => Why::new("settings.why.hours_past_midnight"),
        CalendarError::Unsorted { .. } | CalendarError::Overlap { .. } => {
            Why::new("settings.why.hours_overlap")
        }
    }
}

/// The intervals of a day as people write them: `8:00-12:00, 13:30-18:00`, `9-12 14-18`.
pub fn intervals(text: &str) -> Result<Vec<Interval>, Why> {
    let text = plain(text).replace('~', "-");
    let unreadable =
        |piece: &str| why(&CalendarError::UnreadableInterval { text: crate::text::width::fit(piece, 40) });
    let minute = |piece: &str| -> Result<u16, Why> {
        if matches!(piece, "24:00" | "24") {
            return Ok(DAY_MINUTES);
        }
        let time = typed::time(piece).map_err(|_| unreadable(piece))?;
        let minute = chrono::Timelike::num_seconds_from_midnight(&time) / 60;
        u16::try_from(minute).map_err(|_| unreadable(piece))
    };
    let dense = text.replace(" -", "-").replace("- ", "-");
    let mut found = dense
        .split([' ', ',', ';'])
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (from, to) = piece.split_once('-').ok_or_else(|| unreadable(piece))?;
            Interval::new(minute(from)?, minute(to)?).map_err(|error| why(&error))
        })
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    Ok(found)
}

/// The hours of a day in the form in which they can be typed again.
fn shown(intervals: &[Interval]) -> String {
    intervals.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The service hours of each weekday.
pub struct Hours;

const HOURS: Field = Field::new("hours", FieldType::Text);

impl Section for Hours {
    fn id(&self) -> String {
        "hours".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("weekday", 14), ("hours", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let week = around.settings.calendar.week();
        let closed = around.option("hours", "closed");
        WEEK.iter()
            .zip(week)
            .map(|(day, hours)| {
                let text = if hours.is_empty() { closed.clone() } else { shown(hours) };
                Row::new(day.to_string(), vec![show_weekday(*day, around.lang), text])
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        matches!(doing, Doing::Change | Doing::Delete)
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        vec![HOURS]
    }

    fn values(&self, row: &str, around: &Around) -> Values {
        let day: Option<Weekday> = row.parse().ok();
        let hours = day.map(|day| &around.settings.calendar.week()[day.num_days_from_monday() as usize]);
        object(json!({ "hours": hours.map(|hours| shown(hours)) }))
    }

    /// Taking a weekday away closes the counter on it.
    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let day: Weekday = edit.row.and_then(|row| row.parse().ok()).ok_or_else(gone)?;
        let hours = intervals(&edit.text("hours")).map_err(|why| why.about("hours"))?;
        let set = |parts: &mut Parts| parts.week[day.num_days_from_monday() as usize] = hours;
        settings.calendar = calendar(settings, set).map_err(|why| why.about("hours"))?;
        Ok(())
    }
}

fn day(edit: &Edit, key: &str) -> Option<NaiveDate> {
    edit.given(key)?.parse().ok()
}

fn row_day(edit: &Edit) -> Option<NaiveDate> {
    edit.row?.parse().ok()
}

fn named(day: NaiveDate, around: &Around) -> String {
    format!("{day}  {}", show_weekday(day.weekday(), around.lang))
}

/// Days on which nobody works.
pub struct Holidays;

impl Section for Holidays {
    fn id(&self) -> String {
        "holidays".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("day", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let days = around.settings.calendar.holidays().iter();
        days.map(|day| Row::new(day.to_string(), vec![named(*day, around)])).collect()
    }

    fn can(&self, doing: Doing) -> bool {
        matches!(doing, Doing::Add | Doing::Change | Doing::Delete)
    }

    fn fields(&self, doing: Doing, _: Option<&str>) -> Vec<Field> {
        let first = Field::required("day", FieldType::Day);
        match doing {
            Doing::Add => vec![first, Field::new("until", FieldType::Day)],
            _ => vec![first],
        }
    }

    fn values(&self, row: &str, _: &Around) -> Values {
        object(json!({ "day": row }))
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let mut days = settings.calendar.holidays().clone();
        if let Some(old) = row_day(edit)
            && !days.remove(&old)
        {
            return Err(gone());
        }
        if edit.doing != Doing::Delete {
            let from = day(edit, "day").ok_or_else(|| Why::new("desk.why.required").about("day"))?;
            let until = day(edit, "until").unwrap_or(from);
            if until < from || until > from + Days::new(HOLIDAY_MAX) {
                return Err(Why::new("settings.why.until").with("max", Arg::Number(31)).about("until"));
            }
            days.extend(from.iter_days().take_while(|day| *day <= until));
        }
        settings.calendar = calendar(settings, |parts| parts.holidays = days)?;
        Ok(())
    }
}

/// Days that are worked in exchange for another.
pub struct MakeUpDays;

impl Section for MakeUpDays {
    fn id(&self) -> String {
        "makeup".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("day", 26), ("like", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let days = around.settings.calendar.makeup().iter();
        days.map(|(day, like)| {
            Row::new(day.to_string(), vec![named(*day, around), show_weekday(*like, around.lang)])
        })
        .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        matches!(doing, Doing::Add | Doing::Change | Doing::Delete)
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        vec![Field::required("day", FieldType::Day), Field::required("like", FieldType::Text)]
    }

    fn values(&self, row: &str, around: &Around) -> Values {
        let day: Option<NaiveDate> = row.parse().ok();
        let like = day.and_then(|day| around.settings.calendar.makeup().get(&day));
        object(json!({ "day": row, "like": like.map(ToString::to_string) }))
    }

    fn choices(&self, key: &str, around: &Around) -> Option<Vec<Choice>> {
        let word = |day: &Weekday| Choice::new(day.to_string(), show_weekday(*day, around.lang));
        (key == "like").then(|| WEEK.iter().map(word).collect())
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let mut days = settings.calendar.makeup().clone();
        if let Some(old) = row_day(edit)
            && days.remove(&old).is_none()
        {
            return Err(gone());
        }
        if edit.doing != Doing::Delete {
            let worked = day(edit, "day").ok_or_else(|| Why::new("desk.why.required").about("day"))?;
            let like = edit.text("like").parse();
            let like: Weekday = like.map_err(|_| Why::new("desk.why.required").about("like"))?;
            if days.insert(worked, like).is_some() {
                return Err(Why::new("settings.why.day_twice").about("day"));
            }
        }
        settings.calendar = calendar(settings, |parts| parts.makeup = days)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{intervals, shown};

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (text, hours) in [
            ("8:00-12:00, 13:30-18:00", "08:00-12:00, 13:30-18:00"),
            ("14-18 9-12", "09:00-12:00, 14:00-18:00"),
            (
                "\u{ff18}\u{ff1a}\u{ff10}\u{ff10}\u{ff0d}\u{ff11}\u{ff12}\u{ff1a}\u{ff10}\u{ff10}",
                "08:00-12:00",
            ),
            ("0:00 - 24:00", "00:00-24:00"),
            ("7~23", "07:00-23:00"),
            ("", ""),
        ] {
            assert_eq!(shown(&intervals(text).unwrap()), hours, "{text}");
        }
        for (text, key) in [
            ("8", "settings.why.hours"),
            ("8-x", "settings.why.hours"),
            ("12-8", "settings.why.hours_backwards"),
        ] {
            assert_eq!(intervals(text).unwrap_err().key, key, "{text}");
        }
    }
}
