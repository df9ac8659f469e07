//! A small community on one morning, made through the counter as people make it: households, cases of
//! all six kinds in several states, some of them late.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Asia::Shanghai;
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::community::{Setup, init};
use qiantai::counter::{Session, directory, operators, review};
use qiantai::desk::field::Values;
use qiantai::desk::household::{Household, Occupancy, Papers, Relation, Resident};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::review::MarkKind;
use qiantai::store::Store;
use serde_json::{Value, json};

/// The PIN of everybody.
pub const PIN: &str = "246810";
/// The supervisor.
pub const BOSS: &str = "王敏";
/// The receptionist.
pub const DESK: &str = "李娜";

/// An instant of the community's own clock: `2026-11-24 09:41`.
pub fn at(local: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    Shanghai.from_local_datetime(&local).unwrap().with_timezone(&Utc)
}

/// The morning on which all screens are looked at.
pub fn now() -> DateTime<Utc> {
    at("2026-11-24 09:41")
}

/// A book in memory and the people who work in it.
pub struct Office {
    pub store: Store,
    pub boss: Session,
    pub desk: Session,
}

fn values(given: Value) -> Values {
    match given {
        Value::Object(values) => values,
        other => panic!("{other} is no object"),
    }
}

impl Office {
    /// A community that has just been set up.
    pub fn empty() -> Self {
        Self::over(Store::in_memory(STANDARD).unwrap())
    }

    /// Sets a community up in a book.
    pub fn over(mut store: Store) -> Self {
        let begin = at("2026-11-22 07:00");
        let setup = Setup { community: "蔚蓝新都", operator: BOSS, role: Role::Supervisor, pin: PIN };
        let boss = init(&mut store, begin, &setup).unwrap();
        operators::add(&mut store, &boss, begin, DESK, Role::Receptionist, PIN).unwrap();
        let desk = operators::login(&mut store, DESK, PIN, begin).unwrap();
        Self { store, boss, desk }
    }

    /// A household with its people: name, relation, telephone.
    pub fn household(&mut self, unit: &str, arrears: i64, people: &[(&str, Relation, &str)]) {
        let residents = people
            .iter()
            .map(|(name, relation, phone)| Resident {
                name: (*name).into(),
                relation: *relation,
                phones: vec![(*phone).into()],
            })
            .collect();
        let occupancy = if people.is_empty() { Occupancy::Vacant } else { Occupancy::MovedIn };
        let household = Household {
            unit: unit.into(),
            area: Some(10_750),
            occupancy,
            moved_in: (!people.is_empty()).then(|| NaiveDate::from_ymd_opt(2024, 3, 1).unwrap()),
            arrears,
            note: String::new(),
            papers: Papers::default(),
            residents,
        };
        directory::save_household(&mut self.store, &self.boss, at("2026-11-22 07:10"), None, &household)
            .unwrap();
    }

    /// Opens a case and gives its number.
    pub fn open(&mut self, when: &str, kind: &str, given: Value) -> String {
        self.open_and(when, kind, given, None)
    }

    /// Opens a case with something done at once, and gives its number.
    pub fn open_and(
        &mut self,
        when: &str,
        kind: &str,
        given: Value,
        at_once: Option<(&str, Value)>,
    ) -> String {
        let at_once = at_once.map(|(action, inputs)| (action.to_owned(), values(inputs)));
        let new = NewCase { kind: kind.into(), values: values(given), at_once, draft: None };
        cases::open(&mut self.store, &self.desk, at(when), &new).unwrap().case.number
    }

    /// Does an action on a case.
    pub fn act(&mut self, when: &str, number: &str, action: &str, inputs: Value) {
        let inputs = values(inputs);
        cases::act(&mut self.store, &self.desk, at(when), number, action, &inputs, None).unwrap();
    }

    /// Signs a day off with everything that is left carried over.
    fn sign(&mut self, when: &str, day: &str) {
        let (when, day) = (at(when), day.parse().unwrap());
        for finding in review::review(&self.store, when, day).unwrap().findings {
            let key = finding.key();
            review::mark(&mut self.store, &self.boss, when, day, &key, MarkKind::Carried, "明早再办")
                .unwrap();
        }
        review::sign_off(&mut self.store, &self.boss, when, day).unwrap();
    }

    /// The community that the pictures are taken of.
    pub fn standard() -> Self {
        use Relation::{Family, Owner, Tenant};
        let mut office = Self::empty();
        office.household("3-2-1501", 0, &[("张建国", Owner, "13800005678"), ("李梅", Family, "13900001122")]);
        office.household("1-1-0302", 0, &[("周建", Owner, "13600000923")]);
        office.household("1-1-0904", 0, &[("郑建刚", Tenant, "13600000924")]);
        office.household("2-3-0801", 0, &[]);
        office.household("5-1-1102", 86_000, &[("曾倩", Owner, "13706375690"), ("单田芳", Family, "")]);
        office.household("6-2-0102", 0, &[("欧阳晓月", Owner, "18712346285")]);
        office.sunday();
        office.monday();
        office.tuesday();
        office
    }

    fn sunday(&mut self) {
        let given = json!({ "unit": "1-1-0302", "contact": "周建", "phone": "13600000923",
            "urgency": "urgent", "category": "doors-windows", "content": "门锁打不开,人在门外" });
        let lock = self.open("2026-11-22 18:00", "repair", given);
        self.act("2026-11-22 18:02", &lock, "dispatch", json!({ "engineer": "工程值班" }));
        self.act("2026-11-22 18:20", &lock, "arrive", json!({}));
        self.act("2026-11-22 18:25", &lock, "start", json!({}));
        self.act("2026-11-22 19:00", &lock, "finish", json!({ "site_cleared": true, "note": "换了锁芯" }));
        self.act("2026-11-22 19:05", &lock, "confirm", json!({}));
        self.sign("2026-11-22 23:05", "2026-11-22");
    }

    fn monday(&mut self) {
        let given = json!({ "unit": "2-3-0801", "contact": "孙丽", "phone": "13511112222",
            "category": "electricity", "content": "插座无电", "place": "客厅", "chargeable": true });
        let socket = self.open("2026-11-23 09:10", "repair", given);
        self.act("2026-11-23 09:20", &socket, "dispatch", json!({ "engineer": "工程值班" }));
        self.act("2026-11-23 10:00", &socket, "arrive", json!({}));
        let quote =
            json!([{ "code": "call-out", "count": 1 }, { "what": "五孔插座", "count": 2, "price": 1500 }]);
        self.act("2026-11-23 10:10", &socket, "quote", json!({ "quote": quote }));
        let given =
            json!({ "contact": "巡楼", "category": "lift", "content": "2栋电梯异响", "place": "2栋" });
        let lift = self.open("2026-11-23 10:30", "repair", given);
        self.act("2026-11-23 10:31", &lift, "dispatch", json!({ "engineer": "工程值班" }));
        self.act("2026-11-23 11:00", &lift, "arrive", json!({}));
        self.act(
            "2026-11-23 11:10",
            &lift,
            "wait-parts",
            json!({ "parts": "导靴", "parts_until": "2026-11-26T09:00:00Z" }),
        );
        let twice =
            self.open("2026-11-23 10:40", "repair", json!({ "category": "lift", "content": "2栋电梯响" }));
        self.act("2026-11-23 10:45", &twice, "void", json!({ "reason": "重复登记" }));
        let given = json!({ "unit": "3-2-1501", "contact": "张建国", "phone": "13800005678",
            "category": "noise.neighbours", "content": "楼上半夜拖桌子" });
        let noise = self.open("2026-11-23 13:00", "complaint", given);
        let inputs =
            json!({ "verdict": "ordinary", "department": "security", "deadline": "2026-11-23T09:30:00Z" });
        self.act("2026-11-23 13:05", &noise, "judge", inputs);
        self.act("2026-11-23 16:00", &noise, "handle", json!({ "measures": "已上门劝说,桌脚加垫" }));
        self.act("2026-11-23 16:20", &noise, "reply", json!({ "reply": "已劝说,如再有请随时来电" }));
        let given = json!({ "unit": "5-1-1102", "contact": "曾倩", "phone": "13706375690",
            "category": "service.promise", "content": "要求减免三个月物业费" });
        let fees = self.open("2026-11-23 14:00", "complaint", given);
        self.act(
            "2026-11-23 14:10",
            &fees,
            "judge",
            json!({ "verdict": "complex", "reason": "减免属原则问题" }),
        );
        let owner = json!({ "unit": "2-3-0801", "contact": "孙丽", "phone": "13511112222" });
        let keys = self.open("2026-11-23 15:00", "move-in", owner);
        self.act("2026-11-23 15:05", &keys, "notify", json!({}));
        self.act("2026-11-23 15:20", &keys, "check-notice", json!({ "notice": "RH-0801" }));
        self.act("2026-11-23 15:40", &keys, "sign-covenant", json!({ "signed_by_both": true }));
        let given = json!({ "unit": "1-1-0904", "contact": "郑建刚", "phone": "13600000924",
            "applicant_role": "tenant", "consent_how": "phone", "consent_at": "2026-11-23T09:00:00Z", "purpose": "moving",
            "lines": [{ "name": "沙发", "count": 1 }, { "name": "纸箱", "count": 12, "remark": "书" }],
            "plate": "粤B12345", "valid_until": "2026-11-24T02:05:00Z" });
        let pass = self.open("2026-11-23 17:30", "release-pass", given);
        self.act("2026-11-23 17:40", &pass, "approve", json!({}));
        self.sign("2026-11-23 23:05", "2026-11-23");
    }

    fn tuesday(&mut self) {
        let given = json!({ "unit": "6-2-0102", "contact": "欧阳晓月", "phone": "18712346285",
            "about": "enquiry", "content": "物业费这个月重复扣了一次" });
        let later = json!({ "answer_by": "2026-11-24T02:00:00Z" });
        self.open_and("2026-11-24 08:30", "call", given, Some(("promise-answer", later)));
        let given = json!({ "contact": "快递公司", "about": "enquiry", "content": "问快递柜在哪里" });
        self.open_and("2026-11-24 08:40", "call", given, Some(("answered", json!({}))));
        let given =
            json!({ "unit": "1-1-0302", "contact": "周建", "about": "message", "content": "请工程部回电" });
        self.open_and(
            "2026-11-24 08:45",
            "call",
            given,
            Some(("take-message", json!({ "for_whom": "工程值班" }))),
        );
        let given = json!({ "unit": "3-2-1501", "contact": "陈工", "people": 2, "about": "visiting",
            "whom": "张建国", "badge": "07" });
        self.open("2026-11-24 08:50", "visit", given);
        let given = json!({ "contact": "供水公司", "about": "visiting", "department": "engineering" });
        let left = self.open("2026-11-24 08:55", "visit", given);
        self.act("2026-11-24 09:30", &left, "leave", json!({}));
        let given = json!({ "unit": "3-2-1501", "contact": "张建国", "phone": "13800005678", "about": "repair",
            "content": "厨房水管爆裂,水已关总阀" });
        let into = json!({ "into": "repair", "urgency": "urgent", "category": "water" });
        self.open_and("2026-11-24 09:12", "call", given, Some(("turn-into", into)));
        self.act("2026-11-24 09:15", "BX-20261124-001", "dispatch", json!({ "engineer": "工程值班" }));
        let given = json!({ "unit": "5-1-1102", "contact": "曾倩", "applicant_role": "owner", "purpose": "gift",
            "lines": [{ "name": "钢琴", "count": 1 }], "valid_until": "2026-11-24T15:00:00Z" });
        self.open("2026-11-24 09:20", "release-pass", given);
    }
}
