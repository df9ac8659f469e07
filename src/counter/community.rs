//! Setting a book up, and changing its settings.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::{Result, Session, operators, secrets, settings};
use crate::desk::field::{Field, FieldType};
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::desk::people::Role;
use crate::desk::promise::PromiseRule;
use crate::desk::settings::{CHARGES, Settings, StaffMember};
use crate::desk::why::{Arg, Why};
use crate::store::chain::Stamp;
use crate::store::sealed::Seal;
use crate::store::settings::defaults;
use crate::store::{Store, Tx};

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
    faults.extend(secrets::check_pin(setup.pin).err());
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

/// Refuses whoever may not change the settings, before a change is begun; the refusal is on record.
///
/// # Errors
/// The role refuses.
pub fn may_change(store: &mut Store, session: &Session, now: DateTime<Utc>) -> Result<()> {
    authority::may(store, session, now, &changing())
}

fn changing() -> Deed {
    Deed::of(Role::Supervisor, "change-settings", "settings")
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
    let deed = changing();
    authority::may(store, session, now, &deed)?;
    check(after)?;
    let kinds = store.kinds();
    authority::write(store, session, now, &deed, |tx, _| {
        if *settings(tx)? != *before {
            return Err(Why::new("counter.why.settings_changed_meanwhile").into());
        }
        nothing_needed_goes(tx, kinds, before, after)?;
        tx.put_settings(after)?;
        let stamp = Stamp { at: now, day: after.calendar.day_of(now), by: session.name() };
        tx.journal("settings", &stamp, "change", after)?;
        Ok(())
    })
}

/// Refuses to take away what cases still name, and the last rule of a promise.
fn nothing_needed_goes(tx: &Tx, kinds: Kinds, before: &Settings, after: &Settings) -> Result<()> {
    for catalogue in &before.catalogues {
        let keys = keys(kinds, |ty| matches!(ty, FieldType::Catalogue(id) if *id == catalogue.id));
        for item in &catalogue.items {
            if after.code_name(&catalogue.id, &item.code).is_none() {
                unused(tx, &keys, &item.code)?;
            }
        }
    }
    let charged = keys(kinds, |ty| *ty == FieldType::Catalogue(CHARGES));
    for charge in before.charges.iter().filter(|charge| after.charge(&charge.code).is_none()) {
        unused(tx, &charged, &charge.code)?;
    }
    let given = keys(kinds, |ty| matches!(ty, FieldType::Staff | FieldType::Colleague));
    for member in before.staff.iter().filter(|member| after.staff_member(&member.name).is_none()) {
        unused(tx, &given, &member.name)?;
    }
    let general = |settings: &Settings, stage: &str| {
        settings
            .promises
            .iter()
            .any(|rule| rule.stage == stage && rule.category.is_none() && rule.urgency.is_none())
    };
    for rule in &before.promises {
        if general(before, &rule.stage) && !general(after, &rule.stage) {
            return Err(Why::new("counter.why.stage_needs_rule").into());
        }
    }
    Ok(())
}

fn unused(tx: &Tx, keys: &[&str], text: &str) -> Result<()> {
    match tx.case_holding(keys, text)? {
        Some(number) => Err(Why::new("counter.why.code_in_use")
            .with("code", Arg::Text(text.to_owned()))
            .with("number", Arg::Text(number))
            .into()),
        None => Ok(()),
    }
}

/// The keys of all fields of such a type, those in lines included.
fn keys(kinds: Kinds, wanted: impl Fn(&FieldType) -> bool) -> Vec<&'static str> {
    let mut keys = Vec::new();
    let mut fields: Vec<&'static Field> = kinds.iter().flat_map(Kind::all_fields).collect();
    while let Some(field) = fields.pop() {
        if let FieldType::Lines(columns) = field.ty {
            fields.extend(columns);
        }
        if wanted(&field.ty) && !keys.contains(&field.key) {
            keys.push(field.key);
        }
    }
    keys
}

/// Whether a code can be typed, printed and kept in a case: letters, digits, hyphens, at most one dot.
fn is_code(code: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    code.len() <= 40 && code.split('.').count() <= 2 && code.split('.').all(part)
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
            return Err(Why::new("counter.why.empty_code").about("code").into());
        }
        if let Some(code) = twice(codes) {
            return Err(Why::new("counter.why.code_twice")
                .with("code", Arg::Text(code))
                .about("code")
                .into());
        }
    }
    check_tables(settings)?;
    if settings.community.trim().is_empty() || settings.community.chars().count() > 60 {
        return Err(Why::new("counter.why.community_name").about("community").into());
    }
    if settings.charges.iter().any(|charge| charge.price < 0) {
        return Err(Why::new("counter.why.negative_price").about("price").into());
    }
    if settings.promises.iter().any(|rule| rule.minutes == 0) {
        return Err(Why::new("counter.why.empty_promise").about("span").into());
    }
    let conditions = |rule: &PromiseRule| (rule.stage.clone(), rule.category.clone(), rule.urgency.clone());
    let mut rules: Vec<_> = settings.promises.iter().map(conditions).collect();
    rules.sort_unstable();
    if rules.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Why::new("counter.why.promise_twice").about("stage").into());
    }
    if settings.backup.is_sealed() && Seal::public(&settings.backup.key).is_none() {
        return Err(Why::new("counter.why.no_public_key").into());
    }
    if settings.calendar.week().iter().all(Vec::is_empty) {
        return Err(Why::new("counter.why.no_hours").about("hours").into());
    }
    Ok(())
}

/// Codes that can be kept, names in both languages, parents of sub-codes, departments of the staff.
fn check_tables(settings: &Settings) -> Result<()> {
    let items = settings.catalogues.iter().flat_map(|catalogue| &catalogue.items);
    let named = items.map(|item| (&item.code, &item.name));
    for (code, name) in named.chain(settings.charges.iter().map(|charge| (&charge.code, &charge.name))) {
        if !is_code(code) {
            return Err(Why::new("counter.why.code_form")
                .with("code", Arg::Text(code.clone()))
                .about("code")
                .into());
        }
        if name.zh.trim().is_empty() || name.en.trim().is_empty() {
            return Err(Why::new("counter.why.empty_code").about("zh").into());
        }
    }
    for catalogue in &settings.catalogues {
        let known = |code: &str| catalogue.items.iter().any(|item| item.code == code);
        let orphan = catalogue
            .items
            .iter()
            .find(|item| item.code.split_once('.').is_some_and(|(parent, _)| !known(parent)));
        if let Some(item) = orphan {
            return Err(Why::new("counter.why.no_parent").with("code", Arg::Text(item.code.clone())).into());
        }
    }
    let nowhere = |member: &&StaffMember| settings.code_name("department", &member.department).is_none();
    if let Some(member) = settings.staff.iter().find(nowhere) {
        return Err(Why::new("counter.why.no_such_department")
            .with("name", Arg::Text(member.name.clone()))
            .about("department")
            .into());
    }
    Ok(())
}
