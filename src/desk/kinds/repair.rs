//! Repair 报修 (BX): the work order 《维修服务任务单》 (source §四(二)3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::charges::{self, ChargeLine};
use super::checks;
use crate::desk::callback::{Callback, Outcome};
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, CallbackMove, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To,
    shape,
};
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;

/// How fast it must go.
pub const URGENCY: &[&str] = &["normal", "urgent"];
/// How a resident can agree or decline.
pub const WAYS: &[&str] = &["in-person", "phone", "message", "signed"];

/// The fields of a repair beside the header's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Repair {
    /// Where in the flat or in the estate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Whether the resident pays. Free is what nobody said otherwise of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chargeable: Option<bool>,
    /// When the resident wishes the engineer to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment: Option<DateTime<Utc>>,
    /// Who was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engineer: Option<String>,
    /// When the engineer was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatched_at: Option<DateTime<Utc>>,
    /// When the engineer arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived_at: Option<DateTime<Utc>>,
    /// The lines of the quote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quote: Vec<ChargeLine>,
    /// Their sum in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_total: Option<i64>,
    /// When it was quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_at: Option<DateTime<Utc>>,
    /// The sum in fen that the resident agreed to; absent while a quote waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_total: Option<i64>,
    /// Who agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_by: Option<String>,
    /// How: one of [`WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_how: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_at: Option<DateTime<Utc>>,
    /// Why the resident declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declined: Option<String>,
    /// Parts that are waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts_until: Option<DateTime<Utc>>,
    /// When the work began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    /// Materials and work that were used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<ChargeLine>,
    /// Labour in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labour: Option<i64>,
    /// What the resident has to pay for it in all, in fen: nothing for free work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Whether the place was left clean 工完料清.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_cleared: Option<bool>,
    /// When it was finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// Who of the household confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What was paid in all, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid: Option<i64>,
    /// Number of the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
    /// How often it was done over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rework: Option<u32>,
}

impl Repair {
    /// Whether the work may be done: it is free, or the resident agreed to the quote.
    #[must_use]
    pub fn may_work(&self) -> bool {
        self.chargeable != Some(true) || self.agreed_total.is_some()
    }

    /// What is still to be paid, in fen.
    #[must_use]
    pub fn unpaid(&self) -> i64 {
        if self.chargeable == Some(true) {
            (self.amount.unwrap_or(0) - self.paid.unwrap_or(0)).max(0)
        } else {
            0
        }
    }

    /// The sum of materials and labour, in fen.
    fn cost(&self, s: &Situation) -> i64 {
        charges::total(&self.materials, s.settings).saturating_add(self.labour.unwrap_or(0))
    }
}

fn lines(lines: &[ChargeLine]) -> serde_json::Value {
    // Lines of plain texts and numbers always have a JSON form.
    serde_json::to_value(lines).unwrap_or_default()
}

/// Chargeable work never starts before the resident agreed (source §四(二)3③).
fn free_or_agreed(s: &Situation) -> Result<(), Why> {
    let repair: Repair = s.detail();
    if repair.may_work() {
        return Ok(());
    }
    Err(Why::new(if repair.quote.is_empty() { "repair.why.not_quoted" } else { "repair.why.not_agreed" }))
}

fn quote_complete(s: &Situation) -> Result<(), Why> {
    charges::complete(&s.detail::<Repair>().quote, "quote", s.settings)
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn quoted(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let repair: Repair = s.detail();
    values.insert("quote".into(), lines(&charges::priced(&repair.quote, s.settings)));
    values.insert("quote_total".into(), charges::total(&repair.quote, s.settings).into());
    values.insert("quoted_at".into(), instant(s.now));
    values.insert("chargeable".into(), true.into());
    for gone in ["agreed_total", "agreed_by", "agreed_how", "agreed_at", "declined"] {
        values.remove(gone);
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn agreed(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let repair: Repair = s.detail();
    values.insert("agreed_total".into(), repair.quote_total.unwrap_or(0).into());
    values.insert("agreed_at".into(), instant(s.now));
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn made_free(_: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("chargeable".into(), false.into());
    // A bill that was made out already is a bill for nothing.
    values.entry("amount").and_modify(|amount| *amount = 0.into());
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn started(s: &Situation, values: &mut Values) -> Result<(), Why> {
    if s.detail::<Repair>().may_work() {
        values.entry("started_at").or_insert(instant(s.now));
    }
    Ok(())
}

fn at_work(s: &Situation) -> &'static str {
    if s.detail::<Repair>().may_work() { "working" } else { "on-site" }
}

fn site_cleared(s: &Situation) -> Result<(), Why> {
    if s.input_flag("site_cleared") {
        Ok(())
    } else {
        Err(Why::new("repair.why.site_not_cleared").about("site_cleared"))
    }
}

fn bill_complete(s: &Situation) -> Result<(), Why> {
    charges::complete(&s.detail::<Repair>().materials, "materials", s.settings)
}

/// The final amount never exceeds what the resident agreed to.
fn within_quote(s: &Situation) -> Result<(), Why> {
    let repair: Repair = s.detail();
    let (cost, agreed) = (repair.cost(s), repair.agreed_total.unwrap_or(0));
    if repair.chargeable != Some(true) || cost <= agreed {
        return Ok(());
    }
    Err(Why::new("repair.why.above_quote")
        .with("amount", Arg::Money(cost))
        .with("agreed", Arg::Money(agreed))
        .about("materials"))
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn finished(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let repair: Repair = s.detail();
    let amount = if repair.chargeable == Some(true) { repair.cost(s) } else { 0 };
    values.insert("materials".into(), lines(&charges::priced(&repair.materials, s.settings)));
    values.insert("amount".into(), amount.into());
    Ok(())
}

/// Where a confirmed or paid repair goes on: payment, callback, or neither is left.
fn after_work(s: &Situation) -> &'static str {
    if s.detail::<Repair>().unpaid() > 0 {
        "to-pay"
    } else if callback_done(s) {
        "called-back"
    } else {
        "to-call"
    }
}

fn after_payment(s: &Situation) -> &'static str {
    if callback_done(s) { "called-back" } else { "to-call" }
}

/// Whether the callback after the last finishing was made, or is not wanted.
fn callback_done(s: &Situation) -> bool {
    let last = s.case.callbacks.iter().rev().find(|callback| callback.stage == CALLBACK);
    last.and_then(Callback::outcome)
        .is_some_and(|outcome| matches!(outcome, Outcome::Satisfied | Outcome::Unwanted))
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn paid(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("paid".into(), s.detail::<Repair>().amount.unwrap_or(0).into());
    Ok(())
}

fn paid_or_free(s: &Situation) -> Result<(), Why> {
    match s.detail::<Repair>().unpaid() {
        0 => Ok(()),
        // A declined quote leaves nothing to pay.
        _ if s.case.state == "declined" => Ok(()),
        left => Err(Why::new("repair.why.not_paid").with("amount", Arg::Money(left))),
    }
}

fn called_back(s: &Situation) -> Result<(), Why> {
    let open = s.case.callbacks.iter().any(|callback| callback.stage == CALLBACK && callback.is_open());
    if !open && (s.case.state == "declined" || callback_done(s)) {
        return Ok(());
    }
    Err(Why::new("repair.why.not_called_back"))
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn done_over(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("rework".into(), (s.detail::<Repair>().rework.unwrap_or(0) + 1).into());
    for gone in ["engineer", "dispatched_at", "arrived_at", "started_at", "finished_at", "site_cleared"] {
        values.remove(gone);
    }
    for gone in ["confirmed_by", "confirmed_at"] {
        values.remove(gone);
    }
    Ok(())
}

/// The callback after the work.
pub const CALLBACK: &str = "callback.repair";
const ARRIVE: &str = "repair.arrive";
const FINISH: &str = "repair.finish";

/// Where a repair can still be made free without going anywhere else by it.
const CHARGED: &[&str] = &[
    "registered",
    "dispatched",
    "on-site",
    "quoted",
    "declined",
    "agreed",
    "working",
    "parts",
    "finished",
];
const MAY_WORK: Guard = Guard { id: "free-or-agreed", check: free_or_agreed };
const REWORK: &[Effect] = &[Effect::Change(done_over), Effect::CancelCallbacks, Effect::Promise(ARRIVE)];

const DISPATCH: &[Field] = &[
    Field::required("engineer", FieldType::Staff),
    Field::required("dispatched_at", FieldType::Instant).preset(Preset::Now),
    Field::new("appointment", FieldType::Instant).preset(Preset::Same),
    Field::new("note", FieldType::LongText),
];

/// The declaration.
pub static KIND: Kind = Kind {
    id: "repair",
    prefix: "BX",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::new("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("urgency", FieldType::Choice(URGENCY)).preset(Preset::Text("normal")).fixed(),
        Field::required("category", FieldType::Catalogue("repair-category")).preset(Preset::Text("other")),
        Field::required("content", FieldType::LongText),
        Field::new("place", FieldType::Text),
        Field::new("chargeable", FieldType::Flag).fixed(),
        Field::new("appointment", FieldType::Instant),
    ],
    fields: &[
        Field::new("engineer", FieldType::Staff).fixed(),
        Field::new("dispatched_at", FieldType::Instant).fixed(),
        Field::new("arrived_at", FieldType::Instant).fixed(),
        Field::new("quote", FieldType::Lines(charges::COLUMNS)).fixed(),
        Field::new("quote_total", FieldType::Money).fixed(),
        Field::new("quoted_at", FieldType::Instant).fixed(),
        Field::new("agreed_total", FieldType::Money).fixed(),
        Field::new("agreed_by", FieldType::Text).fixed(),
        Field::new("agreed_how", FieldType::Choice(WAYS)).fixed(),
        Field::new("agreed_at", FieldType::Instant).fixed(),
        Field::new("declined", FieldType::LongText).fixed(),
        Field::new("parts", FieldType::Text),
        Field::new("parts_until", FieldType::Instant).fixed(),
        Field::new("started_at", FieldType::Instant).fixed(),
        Field::new("materials", FieldType::Lines(charges::COLUMNS)).fixed(),
        Field::new("labour", FieldType::Money).fixed(),
        Field::new("amount", FieldType::Money).fixed(),
        Field::new("site_cleared", FieldType::Flag).fixed(),
        Field::new("finished_at", FieldType::Instant).fixed(),
        Field::new("confirmed_by", FieldType::Text).fixed(),
        Field::new("confirmed_at", FieldType::Instant).fixed(),
        Field::new("paid", FieldType::Money).fixed(),
        Field::new("receipt", FieldType::Text).fixed(),
        Field::new("paid_at", FieldType::Instant).fixed(),
        Field::new("rework", FieldType::Count { min: 0, max: 9_999 }).fixed(),
    ],
    states: &[
        State::new("registered", Phase::Todo),
        State::new("dispatched", Phase::Doing),
        State::new("on-site", Phase::Doing),
        State::new("quoted", Phase::Waiting),
        State::new("declined", Phase::Todo),
        State::new("agreed", Phase::Doing),
        State::new("working", Phase::Doing),
        State::new("parts", Phase::Waiting),
        State::new("finished", Phase::Waiting),
        State::new("to-pay", Phase::Waiting),
        State::new("to-call", Phase::Todo),
        State::new("called-back", Phase::Todo),
        State::new("rework", Phase::Todo),
        State::new("closed", Phase::Done),
    ],
    actions: &[
        Action::new("dispatch", From::States(&["registered", "rework"]), To::State("dispatched"))
            .inputs(DISPATCH)
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "dispatched_at") }]),
        Action::new("arrive", From::States(&["dispatched"]), To::State("on-site"))
            .inputs(&[Field::required("arrived_at", FieldType::Instant).preset(Preset::Now)])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "arrived_at") }])
            .effects(&[Effect::PromiseNext(ARRIVE, FINISH)]),
        Action::new(
            "start",
            From::States(&["on-site", "quoted", "declined", "agreed"]),
            To::State("working"),
        )
        .guards(&[MAY_WORK])
        .effects(&[Effect::Change(started), Effect::PromiseNext(ARRIVE, FINISH)]),
        Action::new(
            "quote",
            From::States(&["on-site", "quoted", "declined", "agreed", "working", "parts"]),
            To::State("quoted"),
        )
        .inputs(&[
            Field::required("quote", FieldType::Lines(charges::COLUMNS)).preset(Preset::Same),
            Field::new("note", FieldType::LongText),
        ])
        .checks(&[Guard { id: "lines-complete", check: quote_complete }])
        .effects(&[Effect::Change(quoted)]),
        Action::new("agree", From::States(&["quoted"]), To::State("agreed"))
            .inputs(&[
                Field::required("agreed_by", FieldType::Text).preset(Preset::Of("contact")),
                Field::required("agreed_how", FieldType::Choice(WAYS)).preset(Preset::Text("in-person")),
            ])
            // A declined quote took the promise away; the next one that is agreed to brings one back.
            .effects(&[Effect::Change(agreed), Effect::PromiseNext(ARRIVE, FINISH)]),
        Action::new("decline", From::States(&["quoted"]), To::State("declined"))
            .inputs(&[Field::required("declined", FieldType::LongText)])
            .effects(&[Effect::PromiseWithdrawn]),
        Action::new("wait-parts", From::States(&["on-site", "agreed", "working"]), To::State("parts"))
            .inputs(&[
                Field::required("parts", FieldType::Text),
                Field::new("parts_until", FieldType::Instant),
            ])
            .checks(&[Guard { id: "in-the-future", check: |s| workflow::in_future(s, "parts_until") }])
            .effects(&[Effect::PromiseBy(FINISH, "parts_until")]),
        Action::new("resume", From::States(&["parts"]), To::OneOf(&["working", "on-site"], at_work))
            .effects(&[Effect::Change(started)]),
        Action::new("finish", From::States(&["working"]), To::State("finished"))
            .inputs(&[
                Field::new("materials", FieldType::Lines(charges::COLUMNS)).preset(Preset::Of("quote")),
                Field::new("labour", FieldType::Money),
                Field::required("site_cleared", FieldType::Flag),
                Field::required("finished_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .guards(&[MAY_WORK])
            .checks(&[
                Guard { id: "has-happened", check: |s| checks::happened(s, "finished_at") },
                Guard { id: "site-cleared", check: site_cleared },
                Guard { id: "lines-complete", check: bill_complete },
                Guard { id: "within-quote", check: within_quote },
            ])
            .effects(&[Effect::Change(finished), Effect::PromiseKept, Effect::Callback(CALLBACK)]),
        Action::new(
            "confirm",
            From::States(&["finished"]),
            To::OneOf(&["to-pay", "to-call", "called-back"], after_work),
        )
        .inputs(&[
            Field::new("confirmed_by", FieldType::Text).preset(Preset::Of("contact")),
            Field::required("confirmed_at", FieldType::Instant).preset(Preset::Now),
        ])
        .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "confirmed_at") }]),
        Action::new("pay", From::States(&["to-pay"]), To::OneOf(&["to-call", "called-back"], after_payment))
            .inputs(&[
                Field::required("receipt", FieldType::Text),
                Field::required("paid_at", FieldType::Instant).preset(Preset::Now),
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "paid_at") }])
            .effects(&[Effect::Change(paid)]),
        Action::new(
            "close",
            From::States(&["declined", "to-pay", "to-call", "called-back"]),
            To::State("closed"),
        )
        .inputs(&[Field::new("note", FieldType::LongText)])
        .guards(&[
            Guard { id: "paid-or-free", check: paid_or_free },
            Guard { id: "called-back", check: called_back },
        ]),
        Action::new(
            "rework",
            From::States(&["finished", "to-pay", "to-call", "called-back", "closed"]),
            To::State("rework"),
        )
        .inputs(&[Field::required("reason", FieldType::LongText)])
        .effects(REWORK),
        Action::new(
            "redispatch",
            From::States(&["dispatched", "on-site", "quoted", "agreed", "working", "parts"]),
            To::State("dispatched"),
        )
        .inputs(DISPATCH)
        .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "dispatched_at") }]),
        Action::new("set-urgency", From::States(&["registered", "dispatched", "rework"]), To::Stay)
            .inputs(&[
                Field::required("urgency", FieldType::Choice(URGENCY)).preset(Preset::Text("urgent")),
                Field::new("note", FieldType::LongText),
            ])
            .effects(&[Effect::Promise(ARRIVE)]),
        Action::new("make-free", From::States(CHARGED), To::Stay)
        .supervisor()
        .inputs(&[Field::required("reason", FieldType::LongText)])
        .effects(&[Effect::Change(made_free)]),
        Action::new("waive", From::States(&["to-pay"]), To::OneOf(&["to-call", "called-back"], after_payment))
            .supervisor()
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .effects(&[Effect::Change(made_free)]),
    ],
    at_once: &["dispatch"],
    callback_moves: &[
        CallbackMove {
            outcome: Outcome::Satisfied,
            from: &["to-call"],
            to: To::State("called-back"),
            effects: &[],
        },
        CallbackMove {
            outcome: Outcome::Unwanted,
            from: &["to-call"],
            to: To::State("called-back"),
            effects: &[],
        },
        CallbackMove {
            outcome: Outcome::Dissatisfied,
            from: &["finished", "to-pay", "to-call", "called-back", "closed"],
            to: To::State("rework"),
            effects: &[Effect::Change(done_over), Effect::Promise(ARRIVE)],
        },
    ],
    on_open: &[Effect::PromiseBy(ARRIVE, "appointment")],
    open_checks: &[Guard { id: "in-the-future", check: |s| workflow::in_future(s, "appointment") }],
    summary: &["place", "content"],
    columns: &["category", "urgency", "engineer"],
    findings: &[
        FindingRule {
            id: "unpaid",
            states: &["to-pay"],
            severity: Severity::Warning,
            since: |case, _| case.instant("confirmed_at"),
        },
        FindingRule {
            id: "not-agreed",
            states: &["quoted"],
            severity: Severity::Notice,
            since: |case, _| case.instant("quoted_at"),
        },
        checks::to_be_closed(&["declined", "called-back"], |case, now| {
            checks::to_close(case, &["quoted_at", "confirmed_at"], now)
        }),
    ],
    forms: &[Form::new("work-order")],
    done_at: Some("finished_at"),
    shape: shape::<Repair>,
    ..Kind::BASE
};
