//! Release passes: applied for, approved or refused, counted at the gate, or expired.

use chrono::TimeDelta;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::DemoError;
use super::desk::{Desk, Who, values};
use super::texts::{draw, pick};
use super::town::Person;
use crate::desk::case::Case;
use crate::desk::field::{Values, instant};
use crate::desk::household::Relation;
use crate::desk::kinds::release_pass::ReleasePass;

/// The hours in which the gate lets things out.
const GATE: (u32, u32) = (7, 22);

impl Desk<'_> {
    /// Somebody asks for a pass.
    pub(super) fn arrive_pass(&mut self) -> Result<(), DemoError> {
        let texts = self.texts;
        let day = self.rhythm.day(self.at);
        let text = &texts.passes[draw(&texts.passes, day, false, |_| true, &mut self.rng)];
        let person = self.town.anybody(&mut self.rng);
        let take = self.minutes(text.take[0] as i64, text.take[1] as i64) as usize;
        let lines: Vec<Value> = text
            .lines
            .sample(&mut self.rng, take)
            .map(|(name, from, to)| (name.clone(), *from, *to))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(name, from, to)| json!({ "name": name, "count": self.minutes(from, to) }))
            .collect();
        let hour = self.rhythm.hour(self.at);
        let days = if hour >= 19 { 1 } else { i64::from(self.chance(0.3)) };
        let valid = self.rhythm.at(day + TimeDelta::days(days), 22 * 3600 + 1800);
        let owner = person.relation == Relation::Owner;
        let asked = !owner && self.chance(0.75);
        let carrier = self.say(&text.carrier, None);
        let how = if self.chance(0.7) { "phone" } else { "written" };
        let opening = values([
            ("unit", person.unit.clone().into()),
            ("contact", person.name.clone().into()),
            ("phone", person.phone.clone().into()),
            ("applicant_role", person.relation.id().into()),
            ("consent_how", if asked { how.into() } else { Value::Null }),
            ("purpose", text.reason.clone().into()),
            ("lines", lines.into()),
            ("carrier", carrier.into()),
            ("plate", texts.names.plate(&mut self.rng).into()),
            ("valid_until", instant(valid)),
        ]);
        let at_once = (owner || asked) && !self.owes(&person) && self.chance(0.6);
        let action = at_once.then(|| ("approve", Values::new()));
        let done = self.open(Who::Desk, "release-pass", opening, action)?;
        self.plan_pass(&done.case);
        Ok(())
    }

    fn owes(&self, person: &Person) -> bool {
        self.town.household(&person.unit).is_some_and(|household| household.arrears > 0)
    }

    /// Goes on with a pass by one step.
    pub(super) fn next_pass(&mut self, case: &Case) -> Result<(), DemoError> {
        let pass: ReleasePass = case.typed().unwrap_or_default();
        let number = case.number.as_str();
        if pass.valid_until.is_none_or(|until| until <= self.at) {
            return Ok(());
        }
        let consented = pass.applicant_role.as_deref() == Some("owner") || pass.consent_how.is_some();
        let done = match case.state.as_str() {
            "applied" if self.chance(0.08) || (!consented && self.chance(0.3)) => {
                let why = if consented { self.remark("refused") } else { self.remark("refused_consent") };
                self.act(Who::Desk, number, "refuse", values([("refused", why.into())]))?
            }
            "applied" if self.chance(0.02) => {
                let reason = self.remark("void_duplicate");
                self.act(Who::Supervisor, number, "void", values([("reason", reason.into())]))?
            }
            "applied" if !consented => {
                let note = self.remark("consent");
                let inputs = values([("consent_how", "phone".into()), ("note", note.into())]);
                self.act(Who::Desk, number, "consent", inputs)?
            }
            "applied" => {
                let unit = case.unit.clone().unwrap_or_default();
                let owes = self.town.household(&unit).is_some_and(|household| household.arrears > 0);
                let word = if owes { self.remark("arrears_word").into() } else { Value::Null };
                let who = if owes { Who::Supervisor } else { Who::Desk };
                self.act(who, number, "approve", values([("note", word)]))?
            }
            "approved" => self.check_out(case, &pass)?,
            _ => return Ok(()),
        };
        self.plan_pass(&done.case);
        Ok(())
    }

    fn check_out(
        &mut self,
        case: &Case,
        pass: &ReleasePass,
    ) -> Result<crate::counter::cases::Done, DemoError> {
        let texts = self.texts;
        let guards: Vec<&str> = texts
            .community
            .staff
            .iter()
            .filter(|staff| staff.department == "security")
            .map(|staff| staff.name.as_str())
            .collect();
        let guard = pick(&guards, &mut self.rng).copied().unwrap_or_default();
        let mut inputs = values([("guard", guard.into())]);
        if self.chance(0.05) {
            let mut counted: Vec<Value> =
                pass.lines.iter().map(|line| json!({ "name": line.name, "count": line.count })).collect();
            if let Some(last) = pass.lines.last() {
                let more = if self.chance(0.5) { 1 } else { -1 };
                let remark = self.remark(if more > 0 { "difference_more" } else { "difference_less" });
                let count = (last.count + more).max(0);
                counted.pop();
                counted.push(json!({ "name": last.name, "count": count, "remark": remark }));
            }
            inputs.insert("counted".into(), counted.into());
        }
        self.act(Who::Desk, &case.number, "check-out", inputs)
    }

    fn plan_pass(&mut self, case: &Case) {
        let wait = match case.state.as_str() {
            // Some never come: the clock ends their pass.
            "approved" if self.chance(0.12) => return,
            "approved" => self.minutes(15, 260),
            "applied" if self.chance(0.06) => self.minutes(200, 700),
            "applied" => self.minutes(4, 60),
            _ => return,
        };
        self.later(&case.number, wait, GATE);
    }
}
