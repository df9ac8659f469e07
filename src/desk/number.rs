//! Case numbers: kind prefix, day, serial of the day, as printed and read out on the telephone.

use chrono::NaiveDate;

/// The number of the `serial`th case of `prefix` on `day`: `BX-20261124-007`.
///
/// Serials above 999 simply grow longer.
#[must_use]
pub fn format(prefix: &str, day: NaiveDate, serial: u32) -> String {
    format!("{prefix}-{}-{serial:03}", day.format("%Y%m%d"))
}

/// Prefix, day and serial of a number; `None` if it is not one.
#[must_use]
pub fn parse(number: &str) -> Option<(&str, NaiveDate, u32)> {
    let mut parts = number.split('-');
    let (prefix, day, serial) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || prefix.is_empty() || serial.len() < 3 {
        return None;
    }
    let day = NaiveDate::parse_from_str(day, "%Y%m%d").ok()?;
    Some((prefix, day, serial.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_parses() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(format("BX", day, 7), "BX-20261124-007");
        assert_eq!(parse("BX-20261124-007"), Some(("BX", day, 7)));
        assert_eq!(parse("BX-20261124-1007"), Some(("BX", day, 1007)));
        for bad in ["", "BX", "BX-20261324-007", "BX-20261124-7", "-20261124-007", "BX-20261124-007-1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
