//! Setting a book up, and changing its settings.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Result, Session, operators, settings};
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::store::Store;
use crate::store::chain::Stamp;
use crate::store::settings::defaults;

/// The first set-up of a book.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    /// Name of the community.
    pub community: &'a str,
    /// Name of the first operator.
    pub operator: &'a str,
    /// The first operator's role, a supervisor or above.
    pub role: Role,
    /// The first operator's PIN.
    pub pin: &'a str,
}

/// Everything that is wrong with a set-up, so that a person can mend all of it at once.
#[must_use]
pub fn faults(setup: &Setup) -> Vec<Why> {
    let community = setup.community.trim();
    let mut faults = Vec::new();
    if community.is_empty() || community.chars().count() > 60 || community.chars().any(char::is_control) {
        faults.push(Why::new("counter.why.community_name").about("community"));
    }
    if setup.role < Role::Supervisor {
        faults.push(Why::new("counter.why.first_is_supervisor").about("role"));
    }
    faults.extend(operators::check_name(setup.operator).err());
    faults.extend(operators::check_pin(setup.pin).err());
    faults
}

/// Sets a new book up with the default settings and its first operator.
///
/// # Errors
/// The book is set up already, or a name, role or PIN is unfit.
pub fn init(store: &mut Store, now: DateTime<Utc>, setup: &Setup) -> Result<Session> {
    if let Some(fault) = faults(setup).into_iter().next() {
        return Err(fault.into());
    }
    let community = setup.community.trim();
    let settings = defaults_for(community)?;
    store.write(|tx| {
        if tx.settings()?.is_some() {
            return Err(Why::new("counter.why.already_set_up").into());
        }
        tx.put_settings(&settings)?;
        let session = operators::first(tx, setup.operator, setup.role, setup.pin)?;
        let stamp = Stamp { at: now, day: settings.calendar.day_of(now), by: session.name() };
        tx.journal("settings", &stamp, "set-up", &settings)?;
        let body = json!({ "name": session.name(), "role": session.role(), "disabled": false });
        tx.journal(&format!("operator:{}", session.name()), &stamp, "add", &body)?;
        Ok(session)
    })
}

/// What a screen works with before there is a community: the defaults, without a name.
///
/// # Errors
/// The built-in settings are damaged.
pub fn provisional() -> Result<Settings> {
    defaults_for("")
}

fn defaults_for(community: &str) -> Result<Settings> {
    defaults(community)
        .map_err(|error| Why::new("counter.why.defaults").with("error", Arg::Text(error.to_string())).into())
}

/// Changes the settings. Everything that was promised before keeps the rule it was promised by.
///
/// # Errors
/// The role refuses, somebody else changed them meanwhile, or a value is unfit.
pub fn change_settings(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    before: &Settings,
    after: &Settings,
) -> Result<()> {
    session.require(Role::Supervisor)?;
    check(after)?;
    store.write(|tx| {
        if *settings(tx)? != *before {
            return Err(Why::new("counter.why.settings_changed_meanwhile").into());
        }
        tx.put_settings(after)?;
        let stamp = Stamp { at: now, day: after.calendar.day_of(now), by: session.name() };
        tx.journal("settings", &stamp, "change", after)?;
        Ok(())
    })
}

/// Refuses settings that the desk could not work with.
fn check(settings: &Settings) -> Result<()> {
    let twice = |mut codes: Vec<&str>| {
        codes.sort_unstable();
        codes.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned())
    };
    let tables = settings.catalogues.iter().map(|c| c.items.iter().map(|item| item.code.as_str()).collect());
    let charges = settings.charges.iter().map(|charge| charge.code.as_str()).collect();
    let staff = settings.staff.iter().map(|member| member.name.as_str()).collect();
    for codes in tables.chain([charges, staff]) {
        let codes: Vec<&str> = codes;
        if codes.iter().any(|code| code.trim().is_empty()) {
            return Err(Why::new("counter.why.empty_code").into());
        }
        if let Some(code) = twice(codes) {
            return Err(Why::new("counter.why.code_twice").with("code", Arg::Text(code)).into());
        }
    }
    if settings.community.trim().is_empty() {
        return Err(Why::new("counter.why.community_name").about("community").into());
    }
    if settings.charges.iter().any(|charge| charge.price < 0) {
        return Err(Why::new("counter.why.negative_price").into());
    }
    if settings.promises.iter().any(|rule| rule.minutes == 0) {
        return Err(Why::new("counter.why.empty_promise").into());
    }
    Ok(())
}
