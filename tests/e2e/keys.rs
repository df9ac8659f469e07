//! How many keys the common things take. Letters that search count as keys, free text does not.

use crate::office::{BOSS, DESK, Office, Speaks, text};
use crate::terminal::{Terminal, until};

const BOTH: [Speaks; 2] = [Speaks::Chinese, Speaks::English];

/// The state of the newest case of a kind, once there is one.
fn newest(office: &Office, kind: &str) -> serde_json::Value {
    let mut number = None;
    until(&format!("a case of {kind}"), || {
        number = office.numbers(kind).into_iter().next();
        number.is_some()
    });
    office.case(&number.expect("there is one now"))
}

#[track_caller]
fn at_most(terminal: &mut Terminal, most: usize) {
    let keys = terminal.keys();
    assert!(keys <= most, "{keys} keys, at most {most} are allowed:\n{}", terminal.screen());
}

#[test]
fn a_call_becomes_an_urgent_repair() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let mut terminal = office.at_work(DESK);
        // From anywhere: here in the middle of the end of day.
        terminal.tap("0");
        terminal.keys();
        terminal.press(&["F2"]);
        terminal.sees("LD");
        terminal.press(&["zjg"]);
        terminal.sees("3-2-1501");
        terminal.press(&["Down", "Enter"]);
        match speaks {
            Speaks::Chinese => terminal.press(&["2"]),
            Speaks::English => terminal.press(&["r", "Enter"]),
        }
        terminal.types("厨房水管爆裂,水已关总阀");
        terminal.sees("水已关总阀");
        terminal.press(&["Tab", "Tab", "Tab", "Tab", "2", "Ctrl+S"]);
        terminal.sees("BX-");
        at_most(&mut terminal, 14);
        let repair = newest(&office, "repair");
        assert_eq!(repair["urgency"], "urgent");
        assert_eq!(repair["unit"], "3-2-1501");
        assert_eq!(repair["contact"], "张建国");
        assert_eq!(repair["detail"]["content"], "厨房水管爆裂,水已关总阀");
        assert_eq!(newest(&office, "call")["state"], "turned");
    }
}

#[test]
fn an_enquiry_is_answered() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F2"]);
        terminal.sees("LD");
        terminal.press(&["5678"]);
        terminal.sees("张建国");
        terminal.press(&["Enter", "Tab"]);
        terminal.types("垃圾什么时候收");
        terminal.sees("垃圾什么时候收");
        terminal.press(&["Ctrl+S"]);
        terminal.sees("LD-");
        at_most(&mut terminal, 8);
        let call = newest(&office, "call");
        assert_eq!((&call["state"], &call["unit"]), (&"answered".into(), &"3-2-1501".into()));
        assert_eq!(call["detail"]["content"], "垃圾什么时候收");
    }
}

#[test]
fn a_visitor_comes_and_leaves() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F3"]);
        terminal.sees("LF");
        terminal.press(&["5678"]);
        terminal.sees("张建国");
        terminal.press(&["Enter"]);
        terminal.types("送货员小陈");
        terminal.sees("送货员小陈");
        terminal.press(&["Ctrl+S"]);
        terminal.sees("LF-");
        at_most(&mut terminal, 10);
        let visit = newest(&office, "visit");
        assert_eq!((&visit["state"], &visit["contact"]), (&"inside".into(), &"送货员小陈".into()));
        assert_eq!(visit["detail"]["whom"], "张建国");
        terminal.press(&["2"]);
        terminal.sees("送货员小陈");
        terminal.press(&["F5"]);
        terminal.sees("Ctrl+S");
        terminal.press(&["Ctrl+S"]);
        let number = text(&visit["number"]);
        until("the visitor has left", || office.case(&number)["state"] == "closed");
        at_most(&mut terminal, 3);
    }
}

#[test]
fn a_repair_is_dispatched() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=插座无电"]);
        let mut terminal = office.at_work(DESK);
        terminal.press(&["3"]);
        terminal.sees("插座无电");
        terminal.press(&["F5"]);
        terminal.sees("Ctrl+S");
        terminal.press(&["Down", "Enter", "Ctrl+S"]);
        until("it is dispatched", || office.case(&number)["state"] == "dispatched");
        at_most(&mut terminal, 5);
        assert!(office.case(&number)["detail"]["engineer"].is_string());
    }
}

#[test]
fn a_resident_is_satisfied() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=插座无电"]);
        office.desk(&["act", &number, "callback-add", "--set", "due=昨天 10:00"]);
        let mut terminal = office.at_work(DESK);
        terminal.press(&["7"]);
        terminal.sees("插座无电");
        terminal.press(&["F5"]);
        terminal.sees("Ctrl+S");
        terminal.press(&["Ctrl+S"]);
        until("the callback is made", || {
            let waits = office.desk(&["callbacks"]);
            waits["callbacks"].as_array().is_some_and(Vec::is_empty)
        });
        at_most(&mut terminal, 4);
    }
}

#[test]
fn a_finding_is_carried_over() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=插座无电"]);
        office.desk(&["act", &number, "callback-add", "--set", "due=昨天 10:00"]);
        let mut terminal = office.at_work(BOSS);
        terminal.press(&["0"]);
        terminal.sees(&number);
        terminal.press(&["F6"]);
        terminal.sees(speaks.of("结转", "carried"));
        terminal.types("业主明早在家");
        terminal.sees("业主明早在家");
        terminal.press(&["Enter"]);
        until("it is carried over", || {
            let review = office.by(BOSS, &["review"]);
            review["findings"].as_array().is_some_and(|findings| {
                findings.iter().any(|finding| {
                    finding["mark"]["what"] == "carried" && finding["mark"]["note"] == "业主明早在家"
                })
            })
        });
        at_most(&mut terminal, 3);
    }
}
