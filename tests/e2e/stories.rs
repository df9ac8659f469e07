//! The counter's other services at the screen, from opening to their last state, every action chosen
//! and every field filled in as a person does it. A further kind is a line of the table.

use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::text::lang::Lang;
use qiantai::text::say::word;
use serde_json::Value;

use crate::office::{BOSS, DESK, Office, Speaks, text};
use crate::terminal::{Terminal, until};

/// How many kinds have a tab of their own; the others are on the tab of services, in their order: those
/// that the counter keeps, and behind one line more the rest of the office's.
const OWN_TABS: usize = 6;
/// Lines of the tab that have a digit; those after have function keys from F5 on.
const DIGITS: usize = 10;

/// What is typed: a field, and its text in Chinese and in English. Cells of a line are parted by `|`.
type Typed = (&'static str, &'static str, &'static str);

/// Who does what, what is typed for it, and where it leads.
type Step = (&'static str, &'static str, &'static [Typed], &'static str);

struct Story {
    kind: &'static str,
    /// What must be there before.
    before: fn(&Office),
    opening: &'static [Typed],
    steps: &'static [Step],
}

/// Far enough that it has not gone by.
const LATER: &str = "2039-12-31";

const STORIES: &[Story] = &[
    Story {
        kind: "held",
        before: |_| {},
        opening: &[("unit", "3-2-1501", "3-2-1501"), ("contact", "张建国", "张建国"), ("shelf", "A3", "A3")],
        steps: &[(DESK, "tell", &[], "told"), (DESK, "collect", &[], "collected")],
    },
    Story {
        kind: "loan",
        before: |_| {},
        opening: &[
            ("contact", "张建国", "张建国"),
            ("phone", "13800005678", "13800005678"),
            ("category", "雨伞", "Umbrella"),
        ],
        steps: &[(DESK, "return", &[], "returned")],
    },
    Story {
        kind: "letter",
        before: |_| {},
        opening: &[("content", "加装遮阳棚", "more shade")],
        steps: &[
            (DESK, "take", &[], "ours"),
            (DESK, "result", &[("result", "已列入计划", "planned")], "handled"),
            (DESK, "reply", &[("reply", "谢谢来信", "thank you")], "replied"),
            (DESK, "close", &[], "closed"),
        ],
    },
    Story {
        kind: "renovation",
        before: |_| {},
        opening: &[
            ("unit", "3-2-1501", "3-2-1501"),
            ("contact", "张建国", "张建国"),
            ("scope", "厨房翻新", "new kitchen"),
            ("contractor", "美家装饰", "Fine Homes"),
            ("foreman", "周师傅", "Mr Zhou"),
        ],
        steps: &[
            (DESK, "owner-sign", &[], "applied"),
            (BOSS, "approve", &[], "approved"),
            (BOSS, "sign-agreement", &[("agreement", "XY-1", "XY-1")], "approved"),
            (
                BOSS,
                "take-deposit",
                &[("deposit", "2000", "2000"), ("deposit_receipt", "SJ-1", "SJ-1")],
                "approved",
            ),
            (
                BOSS,
                "issue-permit",
                &[("permit_number", "XK-1", "XK-1"), ("permit_until", LATER, LATER)],
                "permitted",
            ),
            (BOSS, "start", &[], "works"),
            (BOSS, "patrol", &[("remark", "材料堆放整齐", "tidy")], "works"),
            (
                BOSS,
                "notify",
                &[
                    ("remark", "夜间施工", "works at night"),
                    ("rectify_by", "2039-12-31 18:00", "2039-12-31 18:00"),
                ],
                "rectify",
            ),
            (BOSS, "put-right", &[], "works"),
            (BOSS, "stop", &[("stopped", "拆承重墙", "a bearing wall")], "stopped"),
            (BOSS, "lift", &[("note", "已恢复", "put back")], "works"),
            (BOSS, "request-acceptance", &[], "acceptance"),
            (BOSS, "pass", &[], "accepted"),
            (BOSS, "return-deposit", &[("back_receipt", "TK-1", "TK-1")], "closed"),
        ],
    },
    Story {
        kind: "permit",
        before: permitted_renovation,
        opening: &[
            ("unit", "3-2-1501", "3-2-1501"),
            ("contact", "刘工", "Mr Liu"),
            ("id_number", "440301199001011234", "440301199001011234"),
            ("card_number", "A1", "A1"),
            ("valid_until", "2038-12-31", "2038-12-31"),
            ("deposit", "50", "50"),
        ],
        steps: &[
            (DESK, "renew", &[("valid_until", LATER, LATER)], "issued"),
            (DESK, "return", &[], "returned"),
        ],
    },
    Story {
        kind: "move-out",
        before: |_| {},
        opening: &[("unit", "3-2-1501", "3-2-1501"), ("contact", "张建国", "张建国")],
        steps: &[
            (DESK, "settle-charges", &[("document", "SJ-7", "SJ-7")], "started"),
            (DESK, "read-meters", &[("meters", "水表|S-1|123.5", "water|S-1|123.5")], "started"),
            (DESK, "return-keys", &[("keys", "门钥匙|3", "door key|3")], "started"),
            (DESK, "cancel-permits", &[], "started"),
            (DESK, "return-deposits", &[], "started"),
            (DESK, "link-pass", &[("nothing_to_carry", "1", "1")], "started"),
            (DESK, "leave", &[("new_address", "福田区莲花路", "Lotus Road")], "moved-out"),
        ],
    },
    Story {
        kind: "booking",
        before: |_| {},
        opening: &[
            ("contact", "张建国", "张建国"),
            ("category", "网球场", "Tennis court"),
            ("from", "+30m", "+30m"),
            ("until", "+90m", "+90m"),
        ],
        steps: &[(DESK, "use", &[], "used")],
    },
    Story {
        kind: "account",
        before: |_| {},
        opening: &[
            ("unit", "3-2-1501", "3-2-1501"),
            ("account", "2", "gas"),
            ("papers", "身份证", "id-card"),
        ],
        steps: &[
            (DESK, "submit", &[("submitted_to", "供水公司", "the waterworks")], "submitted"),
            (DESK, "opened", &[("account_number", "880012", "880012")], "opened"),
            (DESK, "tell", &[("told_how", "1", "1")], "told"),
        ],
    },
    Story {
        kind: "agency",
        before: |_| {},
        opening: &[
            ("contact", "张建国", "张建国"),
            ("category", "laundry", "laundry"),
            ("content", "两件大衣干洗", "two coats"),
        ],
        steps: &[
            (DESK, "find", &[("provider", "洁净洗衣", "Clean & Co")], "found"),
            (
                DESK,
                "agree",
                &[("price", "80", "80"), ("agreed_by", "张建国", "张建国"), ("agreed_how", "1", "1")],
                "agreed",
            ),
            (DESK, "done", &[], "done"),
            (DESK, "callback-satisfied", &[], "done"),
            (DESK, "close", &[], "closed"),
        ],
    },
    Story {
        kind: "equipment",
        before: |_| {},
        opening: &[("thing", "对讲机", "walkie-talkie"), ("count", "2", "2"), ("price", "750", "750")],
        steps: &[
            (DESK, "repair", &[("fault", "没有声音", "no sound")], "repair"),
            (DESK, "back", &[], "in-use"),
            (BOSS, "scrap", &[("scrapped_why", "1", "worn-out")], "scrapped"),
        ],
    },
    Story {
        kind: "training",
        before: |_| {},
        opening: &[
            ("course", "接待礼仪", "manners at the counter"),
            ("hours", "2", "2"),
            ("lecturer", "王敏", "王敏"),
            ("participants", "李娜", "李娜"),
        ],
        steps: &[
            (DESK, "hold", &[], "held"),
            (BOSS, "assess", &[], "assessed"),
            (BOSS, "close", &[], "closed"),
        ],
    },
    Story {
        kind: "certificate",
        before: |_| {},
        opening: &[
            ("holder", "李娜", "李娜"),
            ("certificate", "物业管理员上岗证", "front desk certificate"),
            ("certificate_number", "GZ-0118", "GZ-0118"),
            ("issued_on", "2021-06-08", "2021-06-08"),
            ("valid_until", "2038-12-31", "2038-12-31"),
        ],
        steps: &[
            (DESK, "file-copy", &[("copy_at", "人事柜", "cabinet 2")], "valid"),
            (BOSS, "renew", &[("valid_until", LATER, LATER)], "valid"),
            (BOSS, "end", &[("ended_why", "1", "left")], "ended"),
        ],
    },
    Story {
        kind: "resume",
        before: |_| {},
        opening: &[
            ("person", "李娜", "李娜"),
            ("born", "1990", "1990"),
            ("post", "客服领班", "team leader"),
            ("working_since", "2012", "2012"),
            ("projects", "翠湖|宏远", "Lakes|Grand"),
        ],
        steps: &[
            (BOSS, "review", &[("title", "物业管理师", "property manager")], "current"),
            (BOSS, "retire", &[("reason", "调往公司", "moved to the company")], "retired"),
        ],
    },
    Story {
        kind: "round",
        before: |_| {},
        opening: &[
            ("title", "老住户走访", "old residents"),
            ("until", LATER, LATER),
            ("households", "3-2-1501|张建国", "3-2-1501|张建国"),
        ],
        steps: &[(
            BOSS,
            "close",
            &[("conclusion", "电梯意见较多", "the lifts"), ("left_out", "都出差", "all away")],
            "closed",
        )],
    },
    Story {
        kind: "home-visit",
        before: |_| {},
        opening: &[("unit", "3-2-1501", "3-2-1501"), ("contact", "张建国", "张建国")],
        steps: &[
            (DESK, "not-met", &[("note", "无人在家", "nobody home")], "planned"),
            (DESK, "visited", &[("content", "车位不够", "no parking"), ("remarks", "1", "1")], "visited"),
            (DESK, "answer", &[("answer", "已登记车位", "on the list")], "closed"),
        ],
    },
    Story {
        kind: "work-plan",
        before: |_| {},
        opening: &[
            ("title", "客服部十一月计划", "plan of November"),
            ("month", "11", "11"),
            ("tasks", "礼仪培训|王敏|+9d", "training|王敏|+9d"),
        ],
        steps: &[
            (BOSS, "start", &[], "running"),
            (
                BOSS,
                "close",
                &[("conclusion", "已完成", "all done"), ("left_over", "下月做", "next month")],
                "closed",
            ),
        ],
    },
    Story {
        kind: "task",
        before: |_| {},
        opening: &[("what", "更新公告栏", "new notices"), ("due_on", LATER, LATER)],
        steps: &[(DESK, "done", &[("result", "已更新", "they hang")], "done")],
    },
    Story {
        kind: "budget",
        before: |_| {},
        opening: &[
            ("title", "经费收支预算", "budget"),
            ("income", "停车服务费|5000", "Parking|5000"),
            ("spending", "办公费|300", "Office|300"),
        ],
        steps: &[
            (BOSS, "approve", &[], "approved"),
            (
                BOSS,
                "receive",
                &[("income_item", "停车服务费", "Parking"), ("amount", "200", "200")],
                "approved",
            ),
            (BOSS, "spend", &[("spending_item", "办公费", "Office"), ("amount", "350", "350")], "approved"),
            (BOSS, "close", &[("conclusion", "略有结余", "a little left")], "closed"),
        ],
    },
    Story {
        kind: "answer",
        before: |_| {},
        opening: &[
            ("question", "几点关大门", "when is the gate shut"),
            ("category", "hours", "hours"),
            ("body", "晚上十一点", "at eleven"),
        ],
        steps: &[
            (DESK, "review", &[("note", "仍然如此", "still so")], "current"),
            (BOSS, "retire", &[("reason", "改为通宵", "open all night")], "retired"),
        ],
    },
    Story {
        kind: "survey-answer",
        before: |office| {
            let set = |given: &str| format!("--set={given}");
            office.by(BOSS, &["open", "survey", &set("title=年度调查"), &set(&format!("until={LATER}"))]);
        },
        opening: &[("unit", "3-2-1501", "3-2-1501"), ("overall", "5", "5")],
        steps: &[],
    },
    Story {
        kind: "survey",
        before: |_| {},
        opening: &[("title", "年度满意度调查", "yearly survey"), ("until", LATER, LATER)],
        steps: &[(BOSS, "close", &[("conclusion", "总体满意", "content on the whole")], "closed")],
    },
];

/// A renovation that takes workers.
fn permitted_renovation(office: &Office) {
    let (scope, contractor) = ("scope=厨房翻新", "contractor=美家装饰");
    let number = office.open(&[
        "renovation",
        "--unit",
        "3-2-1501",
        "--contact",
        "张建国",
        "--set",
        scope,
        "--set",
        contractor,
        "--set",
        "foreman=周师傅",
    ]);
    let act = |who: &str, action: &str, given: &[&str]| {
        let given: Vec<String> = given.iter().map(|given| format!("--set={given}")).collect();
        let arguments = ["act", &number, action].into_iter().chain(given.iter().map(String::as_str));
        office.by(who, &arguments.collect::<Vec<_>>());
    };
    act(DESK, "owner-sign", &[]);
    act(BOSS, "approve", &[]);
    act(DESK, "sign-agreement", &[]);
    act(DESK, "take-deposit", &["deposit=2000", "deposit_receipt=SJ-1"]);
    act(DESK, "issue-permit", &["permit_number=XK-1", &format!("permit_until={LATER}")]);
}

/// The words of a row, and where they end the brackets or options of its field.
fn label_of(row: &str) -> String {
    let row = row.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = row.find(['[', '*']).unwrap_or(row.len());
    let words = row[..end].split("  ").next().unwrap_or_default();
    words.split(" 1(").next().unwrap_or_default().trim().to_owned()
}

struct Desk<'a> {
    office: &'a Office,
    terminal: Terminal,
    kind: &'static str,
    who: &'static str,
}

impl<'a> Desk<'a> {
    /// Somebody before the list of the kind.
    fn before(office: &'a Office, kind: &'static str, who: &'static str) -> Self {
        let mut terminal = office.at_work(who);
        terminal.tap("8");
        let key = |line: usize| {
            if line < DIGITS { ((line + 1) % DIGITS).to_string() } else { format!("F{}", line - DIGITS + 5) }
        };
        let known = STANDARD.get(kind).expect("a kind of the list");
        let (all, back) = (|| STANDARD.iter().skip(OWN_TABS), known.stands_back());
        let beside = || all().filter(|other| other.stands_back() == back);
        if back {
            terminal.tap(&key(all().filter(|other| !other.stands_back()).count()));
        }
        let line = beside().position(|other| other.id == kind).expect("it has a line");
        terminal.tap(&key(line));
        Self { office, terminal, kind, who }
    }

    fn lang(&self) -> Lang {
        if self.office.speaks == Speaks::Chinese { Lang::ZhCn } else { Lang::En }
    }

    fn word(&self, sort: &str, id: &str) -> String {
        word(self.lang(), self.kind, sort, id)
    }

    /// Whether the cursor stands in the field of that label; the first line of a table stands below it.
    fn is_at(&self, label: &str) -> bool {
        let Some((row, _)) = self.terminal.cursor() else { return false };
        let rows: Vec<String> = self.terminal.look(|screen| screen.rows(0, screen.size().1.into()).collect());
        let at = |row: u16| {
            let found = rows.get(usize::from(row)).map(|row| label_of(row)).unwrap_or_default();
            let cut = found.strip_suffix("..").is_some_and(|start| label.starts_with(start));
            found == label || cut
        };
        at(row)
            || (label_of(&rows[usize::from(row)]).is_empty() || label_of(&rows[usize::from(row)]) == "1")
                && at(row - 1)
    }

    #[track_caller]
    fn fill(&mut self, given: &[Typed]) {
        for (field, chinese, english) in given {
            let label = self.word("field", field);
            let mut presses = 0;
            while !self.is_at(&label) {
                presses += 1;
                assert!(presses < 40, "no field {label}:\n{}", self.terminal.screen());
                self.terminal.tap("Tab");
            }
            for (place, cell) in self.office.speaks.of(chinese, english).split('|').enumerate() {
                if place > 0 {
                    self.terminal.tap("Tab");
                }
                self.terminal.types(cell);
                self.terminal.sees(cell);
            }
        }
    }

    /// Opens a case and gives its number.
    #[track_caller]
    fn open(&mut self, given: &[Typed]) -> String {
        self.terminal.press(&["Ctrl+N"]);
        self.terminal.sees("Ctrl+S");
        self.fill(given);
        self.terminal.press(&["Ctrl+S"]);
        let mut number = None;
        until(&format!("a case of {}", self.kind), || {
            number = self.office.numbers(self.kind).into_iter().next();
            number.is_some()
        });
        number.expect("there is one now")
    }

    /// Does an action of the only case in the list, chosen from all that can be done.
    #[track_caller]
    fn act(&mut self, number: &str, (_, action, given, state): Step) {
        let name = self.word("action", action);
        let short = number.split_once("-20").map_or(number, |(_, rest)| &rest[2..]);
        self.terminal.sees(short);
        self.terminal.press(&["F12"]);
        let offered = |screen: &str| {
            (1..=9).find(|digit| {
                screen.lines().any(|line| {
                    line.split(&format!(" {digit} {name}")).nth(1).is_some_and(|rest| rest.starts_with("  "))
                })
            })
        };
        self.terminal.wait_for(&name, |screen| offered(screen).is_some());
        let digit = offered(&self.terminal.screen()).expect("it is offered");
        self.terminal.press(&[&digit.to_string()]);
        self.terminal.sees("Ctrl+S");
        self.fill(given);
        self.terminal.press(&["Ctrl+S"]);
        let mut case = Value::Null;
        until(&format!("{action} is done"), || {
            case = self.office.case(number);
            let done =
                case["timeline"].as_array().and_then(|entries| entries.last()).map(|entry| &entry["action"]);
            done.is_some_and(|done| done == action)
        });
        assert_eq!(text(&case["state"]), state, "{action}");
    }
}

fn tell(speaks: Speaks) {
    for story in STORIES {
        let office = Office::new(speaks);
        (story.before)(&office);
        let opens = STANDARD.get(story.kind).expect("a kind of the list").opens;
        let opener = if opens > Role::Receptionist { BOSS } else { DESK };
        let mut desk = Desk::before(&office, story.kind, opener);
        let number = desk.open(story.opening);
        for step in story.steps {
            if step.0 != desk.who {
                desk = Desk::before(&office, story.kind, step.0);
            }
            desk.act(&number, *step);
        }
        assert!(office.case(&number)["closed_at"].is_string(), "{number} came to its end");
    }
}

/// Told elsewhere: the six tabs in a whole day, and a shift in an office that is open round the clock.
#[test]
fn every_kind_of_the_services_has_its_story() {
    let told = |kind: &str| STORIES.iter().any(|story| story.kind == kind) || kind == "shift";
    let missing: Vec<_> =
        STANDARD.iter().skip(OWN_TABS).map(|kind| kind.id).filter(|kind| !told(kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_service_is_done_from_its_opening_to_its_end_in_chinese() {
    tell(Speaks::Chinese);
}

#[test]
fn every_service_is_done_from_its_opening_to_its_end_in_english() {
    tell(Speaks::English);
}
