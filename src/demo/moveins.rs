//! Move-ins: the eleven steps over days, some of them waiting for papers or money.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::DemoError;
use super::desk::{Desk, Who, values};
use super::texts::pick;
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::household::Relation;
use crate::desk::kinds::move_in::{ACCOUNT_LINK, ACCOUNTS, MoveIn, STEPS};

/// The hours in which flats are handed over.
const OFFICE: (u32, u32) = (9, 17);
/// Move-ins begun so many days before the end of the story wait at one step each.
const RECENT: i64 = 16;

impl Desk<'_> {
    /// A flat is ready: its owner is told.
    pub(super) fn arrive_move_in(&mut self) -> Result<(), DemoError> {
        let texts = self.texts;
        let Some(owner) = self.town.next_owner(texts, &mut self.rng) else {
            return self.arrive_visit();
        };
        let opening = values([
            ("unit", owner.unit.into()),
            ("contact", owner.name.into()),
            ("phone", owner.phone.into()),
        ]);
        let way = ["phone", "phone", "letter", "message"][self.minutes(0, 3) as usize];
        let told = values([("notice_way", way.into())]);
        let at_once = self.chance(0.7).then_some(("notify", told));
        let done = self.open(Who::Desk, "move-in", opening, at_once)?;
        if (self.now - self.at).num_days() < RECENT {
            // One waits at each step in turn.
            self.move_ins += 1;
            let stop = STEPS[self.move_ins * 3 % STEPS.len()];
            self.waiting.insert(done.case.number.clone(), stop);
        }
        self.plan_move_in(&done.case);
        Ok(())
    }

    /// Goes on with a move-in by one step.
    pub(super) fn next_move_in(&mut self, case: &Case) -> Result<(), DemoError> {
        let detail: MoveIn = case.typed().unwrap_or_default();
        let number = case.number.as_str();
        let Some(step) = STEPS.iter().find(|step| !detail.steps.contains_key(**step)) else {
            return self.open_account(case);
        };
        if self.waiting.get(number) == Some(step) {
            return Ok(());
        }
        let inputs = self.step_inputs(step, case);
        let done = self.act(Who::Desk, number, step, inputs)?;
        for repair in &done.also {
            self.start(repair);
        }
        self.plan_move_in(&done.case);
        Ok(())
    }

    fn step_inputs(&mut self, step: &str, case: &Case) -> Values {
        let texts = self.texts;
        let unit = case.unit.clone().unwrap_or_default();
        let area = self.town.household(&unit).and_then(|household| household.area).unwrap_or(10_000);
        let rows = |list: &str, counts: &[i64]| -> Value {
            let lines = texts.list(list).iter().zip(counts);
            let rows = lines.map(|(what, count)| json!({ "what": what, "count": count }));
            rows.collect::<Vec<_>>().into()
        };
        match step {
            "notify" => values([("notice_way", "phone".into())]),
            "check-notice" => values([("notice", format!("RH{:05}", self.minutes(1, 99_999)).into())]),
            "sign-covenant" => values([("signed_by_both", true.into()), ("document", "A".into())]),
            "fill-form" => self.household_form(case),
            "offer-renovation" => {
                let answer = ["wanted", "wanted", "undecided", "not-wanted"][self.minutes(0, 3) as usize];
                values([("renovation", answer.into())])
            }
            "sign-receipt" => values([("items", rows("items", &[1, 1, 2, 1]))]),
            "pay-charges" => {
                // A quarter of the fee at 2.35 yuan a square metre, deposit, clearing of rubble.
                let amounts = [area * 235 * 3 / 100, 200_000, area * 3];
                let lines = texts.list("charges");
                let charges =
                    lines.iter().zip(amounts).map(|(what, fen)| json!({ "what": what, "amount": fen }));
                values([
                    ("charges", charges.collect::<Vec<_>>().into()),
                    ("document", format!("{:07}", self.minutes(120_000, 999_999)).into()),
                ])
            }
            "inspect" => values([
                ("water", json!(self.minutes(0, 9_000))),
                ("electricity", json!(self.minutes(1_000, 60_000))),
                ("gas", json!(self.minutes(0, 3_000))),
                ("defects", self.defects()),
            ]),
            "hand-keys" => values([("keys", rows("keys", &[5, 2, 1, 3]))]),
            "file-papers" => values([
                ("office_file", format!("A{:02}-{:03}", self.minutes(1, 12), self.minutes(1, 300)).into()),
                ("household_file", unit.into()),
            ]),
            _ => Values::new(),
        }
    }

    fn household_form(&mut self, case: &Case) -> Values {
        let texts = self.texts;
        let owner = case.contact.clone().unwrap_or_default();
        let mut people = vec![json!({
            "name": owner,
            "relation": "owner",
            "phone": case.phone.clone().unwrap_or_else(|| texts.names.mobile(&mut self.rng)),
            "id_number": self.id_number(),
        })];
        let emergency = texts.names.person(&mut self.rng);
        let phone = texts.names.mobile(&mut self.rng);
        if self.chance(0.7) && emergency != owner {
            people.push(json!({ "name": emergency, "relation": Relation::Family.id(), "phone": phone }));
        }
        let plate = if self.chance(0.6) { texts.names.plate(&mut self.rng).into() } else { Value::Null };
        values([
            ("residents", people.into()),
            ("id_checked", true.into()),
            ("emergency_contact", emergency.into()),
            ("emergency_phone", phone.into()),
            ("plate", plate),
        ])
    }

    /// What is found in the flat; no more than there is room for cases.
    fn defects(&mut self) -> Value {
        let texts = self.texts;
        let lines = texts.list("defects");
        let many = self.minutes(0, 3).min(self.room());
        let mut rows: Vec<Value> = Vec::new();
        for _ in 0..many {
            let Some(line) = pick(lines, &mut self.rng) else { break };
            let mut parts = line.splitn(3, ' ');
            let (category, place, what) = (parts.next(), parts.next(), parts.next());
            let row = json!({ "category": category, "place": place, "what": what });
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        if rows.is_empty() { Value::Null } else { rows.into() }
    }

    fn open_account(&mut self, case: &Case) -> Result<(), DemoError> {
        let applied = case.links.iter().filter(|link| link.relation == ACCOUNT_LINK).count();
        let Some(account) = ACCOUNTS.get(applied).filter(|_| self.room() > 0) else { return Ok(()) };
        let inputs = values([("account", (*account).into())]);
        let done = self.act(Who::Desk, &case.number, "open-account", inputs)?;
        for opened in &done.also {
            self.take_up(opened, &[("account", account)], "complete")?;
        }
        let wait = self.minutes(300, 5_000);
        self.later(&done.case.number, wait, OFFICE);
        Ok(())
    }

    fn plan_move_in(&mut self, case: &Case) {
        let detail: MoveIn = case.typed().unwrap_or_default();
        let step = STEPS.iter().find(|step| !detail.steps.contains_key(**step));
        let wait = match step.copied() {
            Some("notify") => self.minutes(10, 300),
            // Told by letter, come when they have time.
            Some("check-notice") => self.minutes(900, 9_000),
            Some("pay-charges") if self.chance(0.2) => self.minutes(900, 5_000),
            Some("inspect") if self.chance(0.4) => self.minutes(900, 4_000),
            Some("inspect") => self.minutes(30, 100),
            Some("hand-keys") if self.chance(0.15) => self.minutes(1_500, 9_000),
            Some("file-papers") => self.minutes(300, 3_000),
            Some(_) if self.chance(0.06) => self.minutes(1_300, 4_500),
            Some(_) => self.minutes(4, 20),
            None if self.chance(0.5) => return,
            None => self.minutes(900, 6_000),
        };
        let at = self.at + TimeDelta::minutes(wait);
        self.at_hours(&case.number, at, OFFICE);
    }
}
