//! The six kinds from their opening to their last state with a Chinese input method switched on: letters
//! that are typed become Chinese text, so no letter ever reaches the program as a key.

use serde_json::Value;

use crate::form::{Form, Kinds, list};
use crate::office::{BOSS, Office, Speaks, text};
use crate::terminal::{Terminal, until};

/// A field and what is given: typed text, `=option` for a choice, `#cell|cell` for a line of a table.
type Given = (&'static str, &'static str);
/// What is done, with what, and the state that it leads to.
type Step = (&'static str, &'static [Given], &'static str);

struct Way {
    kind: &'static str,
    tab: &'static str,
    opening: &'static [Given],
    /// What is done at once with the opening.
    at_once: Option<&'static str>,
    steps: &'static [Step],
}

const WAYS: &[Way] = &[
    Way {
        kind: "call",
        tab: "1",
        opening: &[("unit", "3-2-1501"), ("content", "请工程部回电")],
        at_once: Some("take-message"),
        steps: &[("pass-on", &[("passed_to", "=王敏")], "passed-on")],
    },
    Way {
        kind: "visit",
        tab: "2",
        opening: &[("contact", "送货员小陈"), ("people", "2"), ("badge", "12")],
        at_once: None,
        steps: &[("answered", &[("answer", "已说明")], "settled"), ("leave", &[], "closed")],
    },
    Way {
        kind: "repair",
        tab: "3",
        opening: &[("unit", "3-2-1501"), ("content", "卫生间漏水"), ("chargeable", "=true")],
        at_once: None,
        steps: &[
            ("dispatch", &[("engineer", "=ANY")], "dispatched"),
            ("arrive", &[], "on-site"),
            ("quote", &[("quote", "#|水龙头|2|85.5")], "quoted"),
            ("agree", &[], "agreed"),
            ("start", &[], "working"),
            ("finish", &[("site_cleared", "=true")], "finished"),
            ("confirm", &[], "to-pay"),
            ("pay", &[("receipt", "0088")], "to-call"),
            ("callback-satisfied", &[], "called-back"),
            ("close", &[], "closed"),
        ],
    },
    Way {
        kind: "complaint",
        tab: "4",
        opening: &[("unit", "3-2-1501"), ("category", "=ANY"), ("content", "楼上半夜装修")],
        at_once: None,
        steps: &[
            (
                "judge",
                &[("verdict", "=ordinary"), ("department", "=ANY"), ("deadline", "2039-12-31 18:00")],
                "with-department",
            ),
            ("handle", &[("measures", "已上门劝止")], "handled"),
            ("reply", &[("reply", "已劝止,请监督")], "replied"),
            ("callback-dissatisfied", &[("note", "昨晚又响了")], "handling"),
            ("handle", &[("measures", "已发整改通知")], "handled"),
            ("reply", &[("reply", "已发整改通知")], "replied"),
            ("callback-satisfied", &[], "satisfied"),
            ("close", &[], "closed"),
        ],
    },
    Way {
        kind: "move-in",
        tab: "5",
        opening: &[("unit", "3-2-1501"), ("contact", "张建国")],
        at_once: None,
        steps: &[
            ("notify", &[], "started"),
            ("check-notice", &[("notice", "031")], "started"),
            ("sign-covenant", &[("signed_by_both", "=true")], "started"),
            ("fill-form", &[("residents", "#张建国"), ("id_checked", "=true")], "started"),
            ("hand-out", &[], "started"),
            ("offer-renovation", &[], "started"),
            ("sign-receipt", &[("items", "#门禁卡|3")], "started"),
            ("pay-charges", &[("charges", "#物业费|560.5"), ("document", "收据0101")], "started"),
            ("inspect", &[("water", "12.5"), ("electricity", "103")], "started"),
            ("hand-keys", &[("keys", "#入户门钥匙|5")], "started"),
            ("file-papers", &[("office_file", "甲3"), ("household_file", "904")], "moved-in"),
        ],
    },
    Way {
        kind: "release-pass",
        tab: "6",
        opening: &[("unit", "3-2-1501"), ("contact", "张建国"), ("lines", "#沙发|2")],
        at_once: None,
        steps: &[
            ("approve", &[], "approved"),
            ("check-out", &[("guard", "=ANY"), ("counted", "#沙发|2")], "released"),
        ],
    },
];

/// Keys that an input method leaves alone.
fn passes(key: &str) -> bool {
    let named = ["Up", "Down", "Left", "Right", "Tab", "BackTab", "Enter", "Esc"].contains(&key);
    let digits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let function = key.strip_prefix('F').is_some_and(|number| number.parse::<u8>().is_ok());
    named || digits || function || key.starts_with("Ctrl+")
}

/// The id of an option; of `ANY` the last one: a heading of a table of codes is no code.
#[track_caller]
fn option_of(fields: &[Value], key: &str, option: &str) -> String {
    if option != "ANY" {
        return option.to_owned();
    }
    let field = fields.iter().find(|field| field["field"] == key).expect("the field");
    text(&list(field, "options").last().expect("an option")["id"])
}

struct Desk<'a> {
    office: &'a Office,
    kinds: &'a Kinds,
    terminal: Terminal,
}

impl Desk<'_> {
    #[track_caller]
    fn key(&mut self, key: &str) {
        assert!(passes(key), "an input method keeps {key} to itself");
        self.terminal.tap(key);
    }

    #[track_caller]
    fn give(&mut self, kind: &str, fields: &[Value], given: &[Given]) {
        for (key, value) in given {
            let words = value.trim_start_matches(['=', '#']);
            let option = option_of(fields, key, words);
            let mut form = Form { terminal: &mut self.terminal, kinds: self.kinds, kind };
            if value.starts_with('=') {
                form.choose(key, &option);
                continue;
            }
            assert!(!value.contains(|c: char| c.is_ascii_alphabetic()), "{value}: an input method is on");
            if value.starts_with('#') {
                form.go(key);
                form.row(&words.split('|').collect::<Vec<_>>());
            } else {
                form.set(key, value);
            }
        }
    }

    #[track_caller]
    fn open(&mut self, way: &Way) -> String {
        self.key(way.tab);
        self.key("Ctrl+N");
        self.terminal.sees("Ctrl+S");
        let document = self.kinds.kind(way.kind);
        self.give(way.kind, list(document, "opening"), way.opening);
        if let Some(action) = way.at_once {
            let label = self.office.speaks.of("处理", "Then");
            Form { terminal: &mut self.terminal, kinds: self.kinds, kind: way.kind }.then(label, action);
            self.give(way.kind, &[], &[("for_whom", "=王敏")]);
        }
        self.key("Ctrl+S");
        let mut number = None;
        until(&format!("a case of {}", way.kind), || {
            number = self.office.numbers(way.kind).into_iter().next();
            number.is_some()
        });
        number.expect("there is one now")
    }

    /// Does an action of the only case of the tab, chosen from all that can be done.
    #[track_caller]
    fn act(&mut self, way: &Way, number: &str, (action, given, state): Step) {
        let document = self.kinds.kind(way.kind);
        let offers = self.office.by(BOSS, &["show", number]);
        let mut allowed = list(&offers, "actions").iter().filter(|offer| offer["allowed"] == true);
        let place = allowed.position(|offer| offer["action"] == action);
        let place = place.unwrap_or_else(|| panic!("{action} of {} can't be done: {offers}", way.kind));
        let before = list(&self.office.case(number), "timeline").len();
        self.key("F12");
        for _ in 0..place {
            self.key("Down");
        }
        self.key("Enter");
        let declared = list(document, "actions").iter().find(|one| one["action"] == action);
        let inputs = list(declared.expect("the action"), "inputs");
        if !inputs.is_empty() {
            self.terminal.sees("Ctrl+S");
            self.give(way.kind, inputs, given);
            self.key("Ctrl+S");
        }
        let mut case = Value::Null;
        until(&format!("{action} of {} is done:\n{}", way.kind, self.terminal.screen()), || {
            case = self.office.case(number);
            list(&case, "timeline").len() > before
        });
        assert_eq!(text(&case["state"]), state, "{action} of {}", way.kind);
    }
}

#[test]
fn every_kind_of_the_six_tabs_goes_to_its_end_without_a_letter_as_a_key() {
    let office = Office::new(Speaks::Chinese);
    let kinds = Kinds::of(&office);
    let terminal = office.at_work(BOSS);
    let mut desk = Desk { office: &office, kinds: &kinds, terminal };
    for way in WAYS {
        let number = desk.open(way);
        for step in way.steps {
            // The list shows what is open; what is at its end has left it.
            desk.act(way, &number, *step);
        }
        assert!(office.case(&number)["closed_at"].is_string(), "{number} came to its end");
    }
}
