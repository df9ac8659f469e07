//! A whole day at the counter, on the screen from the first login to the supervisor's signature; then the
//! same facts read back through the command line.

use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::Value;

use crate::form::{Form, Kinds, list};
use crate::office::{BOSS, DESK, Office, Speaks, roster, text};
use crate::terminal::{Terminal, until, until_within};

/// Households of the roster.
const UNITS: usize = 600;
/// Interactions that a day has at least.
const INTERACTIONS: usize = 40;

/// Somebody at the counter, with the book beside for looking things up.
struct Day<'a> {
    office: &'a Office,
    kinds: &'a Kinds,
    terminal: Terminal,
    done: usize,
}

impl<'a> Day<'a> {
    fn form<'b>(&'b mut self, kind: &'b str) -> Form<'b>
    where
        'a: 'b,
    {
        Form { terminal: &mut self.terminal, kinds: self.kinds, kind }
    }

    /// The bells rung so far.
    fn bells(&self) -> usize {
        String::from_utf8_lossy(&self.terminal.raw()).matches('\x07').count()
    }

    /// Opens the form of a new case by its tab.
    fn begin(&mut self, tab: &str) {
        self.terminal.press(&["Esc"]);
        self.terminal.rest();
        self.terminal.tap(tab);
        self.terminal.press(&["Ctrl+N"]);
        self.terminal.sees("Ctrl+S");
    }

    /// Finds the household of 张建国 in the field with the cursor.
    fn household(&mut self) {
        self.terminal.press(&["zjg"]);
        self.terminal.sees("138****5678");
        // 郑建刚 has the same initials and stands above.
        self.terminal.tap("Down");
        self.terminal.tap("Enter");
        self.terminal.sees("107.5");
    }

    /// Saves the form that is open and gives the number of the newest case of its kind.
    #[track_caller]
    fn saved(&mut self, kind: &str) -> String {
        let before = self.office.numbers(kind).len();
        self.form(kind).save();
        self.done += 1;
        let numbers = self.office.numbers(kind);
        assert_eq!(numbers.len(), before + 1, "one case more:\n{}", self.terminal.screen());
        numbers.into_iter().next().expect("a case")
    }

    /// Opens an action of a case: found by its number, chosen from the menu of its actions.
    #[track_caller]
    fn act(&mut self, number: &str, action: &str) {
        let shown = self.office.by(BOSS, &["show", number]);
        let role_sees = self.office.case(number);
        let offers = if self.terminal.screen().lines().next().is_some_and(|top| top.contains(BOSS)) {
            list(&shown, "actions")
        } else {
            list(&role_sees, "actions")
        };
        let mut allowed = offers.iter().filter(|offer| offer["allowed"] == true);
        let place = allowed
            .position(|offer| offer["action"] == action)
            .unwrap_or_else(|| panic!("{action} can't be done: {offers:?}"));
        self.terminal.press(&["Ctrl+F"]);
        self.terminal.sees("Enter");
        self.terminal.types(number);
        self.terminal.wait_for("the case is found", |screen| screen.matches(number).count() > 1);
        self.terminal.rest();
        self.terminal.tap("Enter");
        self.terminal.tap("F12");
        for _ in 0..place {
            self.terminal.tap("Down");
        }
        self.terminal.tap("Enter");
    }

    /// Does an action with these fields, as they are typed.
    #[track_caller]
    fn acts(&mut self, number: &str, action: &str, fields: &[(&str, &str)]) -> Value {
        let kind = text(&self.office.case(number)["kind"]);
        let before = list(&self.office.case(number), "timeline").len();
        self.act(number, action);
        let asks = list(self.kinds.kind(&kind), "actions")
            .iter()
            .any(|one| one["action"] == action && !list(one, "inputs").is_empty());
        if asks {
            self.terminal.sees("Ctrl+S");
            for (key, value) in fields {
                if let Some(option) = value.strip_prefix('=') {
                    self.form(&kind).choose(key, option);
                } else if let Some(cells) = value.strip_prefix('#') {
                    let mut form = self.form(&kind);
                    form.go(key);
                    form.row(&cells.split('|').collect::<Vec<_>>());
                } else {
                    self.form(&kind).set(key, value);
                }
            }
            self.form(&kind).save();
        }
        let mut case = Value::Null;
        until(&format!("{action} of {number} is written"), || {
            case = self.office.case(number);
            list(&case, "timeline").len() > before
        });
        self.done += 1;
        case
    }

    /// A call that is answered at once.
    fn enquiry(&mut self, words: &str) -> String {
        self.terminal.press(&["F2"]);
        self.terminal.sees("LD");
        self.household();
        self.form("call").set("content", words);
        self.saved("call")
    }
}

fn calls_and_visits(day: &mut Day) -> Vec<(String, &'static str)> {
    let (office, speaks) = (day.office, day.office.speaks);
    let then = speaks.of("处理", "Then");
    let mut facts = vec![(day.enquiry("垃圾什么时候收"), "answered")];

    // A call that becomes an urgent repair.
    day.terminal.press(&["F2"]);
    day.terminal.sees("LD");
    day.household();
    day.form("call").choose("about", "repair");
    day.form("call").set("content", "厨房水管爆裂");
    day.form("repair").choose("urgency", "urgent");
    facts.push((day.saved("call"), "turned"));
    let urgent = office.numbers("repair").remove(0);
    assert_eq!(office.case(&urgent)["urgency"], "urgent");

    // A visit, interrupted by the telephone in the middle of its form.
    day.terminal.press(&["F3"]);
    day.terminal.sees("LF");
    day.household();
    day.form("visit").set("contact", "快递员 小陈 ABC 123");
    day.form("visit").set("badge", "临12");
    facts.push((day.enquiry("电梯什么时候检修"), "answered"));
    day.terminal.press(&["F4"]);
    day.terminal.sees("快递员 小陈 ABC 123");
    day.terminal.sees("临12");
    let visit = day.saved("visit");
    let shown = office.case(&visit);
    assert_eq!((&shown["contact"], &shown["unit"]), (&"快递员 小陈 ABC 123".into(), &"3-2-1501".into()));
    assert_eq!(shown["detail"]["badge"], "临12");
    day.acts(&visit, "leave", &[]);
    facts.push((visit, "closed"));

    // One comes to look at a flat and stays until the evening.
    day.begin("2");
    day.form("visit").set("contact", "装修公司");
    day.form("visit").set("people", "3");
    facts.push((day.saved("visit"), "inside"));

    // A message for somebody who is away, passed on later.
    day.terminal.press(&["F2"]);
    day.terminal.sees("LD");
    day.household();
    day.form("call").choose("about", "message");
    day.form("call").set("content", "请王主管回电");
    day.form("call").then(then, "take-message");
    day.form("call").choose("for_whom", BOSS);
    let message = day.saved("call");
    assert_eq!(office.case(&message)["state"], "message");
    day.acts(&message, "pass-on", &[]);
    facts.push((message, "passed-on"));
    facts.push((urgent, "registered"));
    facts
}

fn a_repair(day: &mut Day) -> String {
    day.begin("3");
    day.household();
    day.form("repair").set("content", "卫生间漏水");
    day.form("repair").choose("category", "water");
    day.form("repair").choose("chargeable", "true");
    let number = day.saved("repair");
    let engineer = day.office.engineer();
    day.acts(&number, "dispatch", &[("engineer", &format!("={engineer}"))]);
    day.acts(&number, "arrive", &[]);
    let case = day.acts(&number, "quote", &[("quote", "#|水龙头|2|85.5")]);
    assert_eq!((&case["state"], &case["detail"]["quote_total"]), (&"quoted".into(), &17_100.into()));
    day.acts(&number, "agree", &[]);
    day.acts(&number, "start", &[]);
    day.acts(&number, "finish", &[("site_cleared", "=true")]);
    day.acts(&number, "confirm", &[]);
    let case = day.acts(&number, "pay", &[("receipt", "收据0088")]);
    assert_eq!(case["detail"]["paid"], 17_100);
    day.acts(&number, "callback-satisfied", &[]);
    let case = day.acts(&number, "close", &[]);
    assert_eq!(case["state"], "closed");
    number
}

fn a_complaint(day: &mut Day) -> String {
    day.begin("4");
    day.household();
    let codes = list(day.kinds.kind("complaint"), "opening");
    let code = codes.iter().find(|field| field["field"] == "category").expect("the code");
    let code = text(&list(code, "options").last().expect("a code")["id"]);
    day.form("complaint").choose("category", &code);
    day.form("complaint").set("content", "楼上半夜装修");
    let number = day.saved("complaint");
    let department = list(
        list(day.kinds.kind("complaint"), "actions")
            .iter()
            .find(|action| action["action"] == "judge")
            .expect("judging"),
        "inputs",
    )
    .iter()
    .find(|field| field["field"] == "department")
    .map(|field| text(&list(field, "options")[0]["id"]))
    .expect("a department");
    let sent = [("verdict", "=ordinary"), ("department", &format!("={department}")), ("deadline", "+1d")];
    assert_eq!(day.acts(&number, "judge", &sent)["state"], "with-department");
    day.acts(&number, "handle", &[("measures", "已上门劝止")]);
    day.acts(&number, "reply", &[("reply", "已劝止,请监督")]);
    let case = day.acts(&number, "callback-dissatisfied", &[("note", "昨晚又响了")]);
    assert_eq!(case["state"], "handling");
    day.acts(&number, "handle", &[("measures", "已发整改通知")]);
    day.acts(&number, "reply", &[("reply", "已发整改通知")]);
    day.acts(&number, "callback-satisfied", &[]);
    assert_eq!(day.acts(&number, "close", &[])["state"], "closed");
    number
}

fn a_move_in(day: &mut Day) -> String {
    day.begin("5");
    day.terminal.types("1-1-904");
    day.terminal.sees("郑建刚");
    day.terminal.tap("Enter");
    let number = day.saved("move-in");
    day.acts(&number, "notify", &[]);
    day.acts(&number, "check-notice", &[("notice", "RHTZ-031")]);
    day.acts(&number, "sign-covenant", &[("signed_by_both", "=true")]);
    day.acts(&number, "fill-form", &[("residents", "#郑建刚"), ("id_checked", "=true")]);
    day.acts(&number, "hand-out", &[]);
    day.acts(&number, "offer-renovation", &[]);
    day.acts(&number, "sign-receipt", &[("items", "#门禁卡|3")]);
    day.acts(&number, "pay-charges", &[("charges", "#物业费|560.5"), ("document", "收据0101")]);
    let readings = [("water", "12.5"), ("electricity", "103"), ("defects", "#阳台门关不上|阳台")];
    day.acts(&number, "inspect", &readings);
    day.acts(&number, "hand-keys", &[("keys", "#入户门钥匙|5")]);
    let case = day.acts(&number, "file-papers", &[("office_file", "甲3"), ("household_file", "904")]);
    assert_eq!(case["state"], "moved-in");
    number
}

fn a_release_pass(day: &mut Day) -> String {
    day.begin("6");
    day.household();
    let mut form = day.form("release-pass");
    form.go("lines");
    form.row(&["沙发", "2"]);
    let number = day.saved("release-pass");
    day.acts(&number, "approve", &[]);
    let guard = list(day.kinds.kind("release-pass"), "actions")
        .iter()
        .find(|action| action["action"] == "check-out")
        .map(|action| text(&list(&list(action, "inputs")[0], "options")[0]["id"]))
        .expect("a guard");
    // One sofa more than on the pass.
    let case = day.acts(&number, "check-out", &[("guard", &format!("={guard}")), ("counted", "#沙发|3")]);
    assert_eq!((&case["state"], &case["detail"]["difference"]), (&"released".into(), &true.into()));
    number
}

/// A callback whose time comes while the screen is open: flagged without a key, the bell rings once.
fn a_callback_falls_due(day: &mut Day) -> String {
    let speaks = day.office.speaks;
    day.terminal.press(&["F2"]);
    day.terminal.sees("LD");
    day.household();
    day.form("call").set("content", "停车费怎么算");
    day.form("call").then(speaks.of("处理", "Then"), "promise-answer");
    let due = Utc::now() + TimeDelta::seconds(8);
    let written = due.to_rfc3339_opts(SecondsFormat::Secs, true);
    day.form("call").set("answer_by", &written);
    let number = day.saved("call");
    assert_eq!(day.office.case(&number)["state"], "to-answer");
    let bells = day.bells();
    let flag = speaks.of("个回访逾期", "callbacks overdue");
    assert!(Utc::now() < due, "it is not due yet");
    let patience = Duration::from_secs(15);
    day.terminal.wait_within(patience, "the flag", |screen| {
        screen.lines().last().is_some_and(|line| line.contains("!!") && line.contains(flag))
    });
    assert!(Utc::now() >= due, "nothing is overdue before its time");
    until_within(Duration::from_secs(2), "the bell", || day.bells() > bells);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(day.bells(), bells + 1, "the bell rings once");
    day.done += 1;
    number
}

/// The power goes off in the middle of a form, and everything typed is there afterwards.
fn a_power_cut(day: &mut Day) -> String {
    day.begin("3");
    day.household();
    day.form("repair").set("content", "楼道灯不亮");
    day.form("repair").set("place", "三栋二单元 15 楼");
    // At most the last second of typing may be lost.
    std::thread::sleep(Duration::from_secs(1));
    let new = day.office.screen();
    std::mem::replace(&mut day.terminal, new).kill();
    day.office.log_in(&mut day.terminal, DESK);
    day.terminal.press(&["F4"]);
    day.terminal.sees("楼道灯不亮");
    day.terminal.sees("三栋二单元 15 楼");
    day.terminal.sees("3-2-1501");
    let number = day.saved("repair");
    let case = day.office.case(&number);
    assert_eq!(
        (&case["detail"]["content"], &case["detail"]["place"]),
        (&"楼道灯不亮".into(), &"三栋二单元 15 楼".into())
    );
    number
}

/// Every finding is settled or carried over, then the day is signed.
fn the_end_of_day(day: &mut Day) {
    let speaks = day.office.speaks;
    day.terminal.press(&["Esc"]);
    day.terminal.rest();
    day.terminal.tap("0");
    let unmarked = |office: &Office| {
        let review = office.by(BOSS, &["review"]);
        list(&review, "findings").iter().filter(|finding| finding["mark"].is_null()).count()
    };
    let mut left = unmarked(day.office);
    assert!(left >= 3, "the day leaves something to settle: {left}");
    // Not before everything is settled or carried over.
    day.terminal.tap("F10");
    day.terminal.tap("Enter");
    assert!(day.office.by(BOSS, &["review"])["signed"].is_null());
    while left > 0 {
        let settle = left.is_multiple_of(2);
        day.terminal.tap(if settle { "F5" } else { "F6" });
        day.terminal.sees(speaks.of(
            if settle { "怎样处理" } else { "为什么结转" },
            if settle { "settled?" } else { "carried over?" },
        ));
        day.terminal.types("已经交代下一班");
        day.terminal.sees("已经交代下一班");
        day.terminal.tap("Enter");
        until("one finding less is open", || unmarked(day.office) < left);
        left = unmarked(day.office);
        day.done += 1;
    }
    day.terminal.tap("F10");
    day.terminal.tap("Enter");
    until("the day is signed", || !day.office.by(BOSS, &["review"])["signed"].is_null());
    day.done += 1;
}

fn whole_day(speaks: Speaks) {
    let office = Office::without_roster(speaks);
    let report = office.import(&roster(UNITS));
    assert_eq!((&report["added"], &report["refused"]), (&(UNITS + 2).into(), &0.into()));
    let kinds = Kinds::of(&office);
    let terminal = office.at_work(DESK);
    let mut day = Day { office: &office, kinds: &kinds, terminal, done: 0 };

    let mut facts = calls_and_visits(&mut day);
    facts.push((a_repair(&mut day), "closed"));
    facts.push((a_complaint(&mut day), "closed"));
    facts.push((a_move_in(&mut day), "moved-in"));
    facts.push((a_callback_falls_due(&mut day), "to-answer"));
    facts.push((a_power_cut(&mut day), "registered"));

    // Somebody else takes the desk.
    day.terminal.press(&["Ctrl+L"]);
    office.log_in(&mut day.terminal, BOSS);
    day.done += 1;
    facts.push((a_release_pass(&mut day), "released"));
    the_end_of_day(&mut day);
    assert!(day.done >= INTERACTIONS, "{} interactions", day.done);
    day.terminal.press(&["Ctrl+Q"]);
    assert!(day.terminal.wait().success());

    // The same facts through the command line.
    for (number, state) in &facts {
        assert_eq!(office.case(number)["state"], *state, "{number}");
    }
    let all: Vec<String> = kinds.all().iter().flat_map(|kind| office.numbers(&text(&kind["id"]))).collect();
    // The defect of the move-in is a repair of its own.
    assert_eq!(all.len(), facts.len() + 1, "{all:?}");
    let review = office.by(BOSS, &["review"]);
    assert!(list(&review, "findings").iter().all(|finding| !finding["mark"].is_null()));
    assert_eq!(review["signed"]["by"], BOSS);
    assert_eq!(review["figures"]["opened"]["call"], 5);
    let doctor = office.by(BOSS, &["doctor"]);
    assert_eq!(doctor["ok"], true, "{doctor}");
}

#[test]
fn in_chinese() {
    whole_day(Speaks::Chinese);
}

#[test]
fn in_english() {
    whole_day(Speaks::English);
}
