//! What the residents are asked, and what they ask: the yearly survey and the knowledge base.

use crate::office::{BOSS, DESK, Office, Speaks, text};
use crate::terminal::{Terminal, until};

const BOTH: [Speaks; 2] = [Speaks::Chinese, Speaks::English];

/// Goes to a further service by the key that stands in front of it.
fn go_to(terminal: &mut Terminal, name: &str) {
    terminal.tap("8");
    terminal.sees(name);
    let screen = terminal.screen();
    let row = screen.lines().find(|line| line.contains(name)).expect("it stands there");
    let key = row.split_whitespace().find(|word| word.chars().any(|c| c.is_ascii_digit()));
    terminal.tap(key.expect("it has a key"));
}

fn begin(office: &Office) -> String {
    let survey = office.by(
        BOSS,
        &["open", "survey", "--set", "title=年度调查", "--set", "until=2099-12-31", "--set", "handed_out=4"],
    );
    text(&survey["number"])
}

#[test]
fn a_stack_of_paper_forms_is_typed_in_without_leaving_the_form() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let campaign = begin(&office);
        let mut terminal = office.at_work(DESK);
        go_to(&mut terminal, speaks.of("调查答卷", "Survey answer"));
        terminal.press(&["Ctrl+N"]);
        // The only campaign stands there already, and the cursor in the unit.
        terminal.sees(&campaign);
        terminal.keys();
        for (count, (unit, overall)) in [("4-1-101", "5"), ("4-1-102", "2")].into_iter().enumerate() {
            terminal.press(&[unit]);
            terminal.rest();
            terminal.press(&["Enter"]);
            terminal.rest();
            terminal.press(&["5453454545", overall, "Ctrl+S"]);
            until("it is counted", || office.numbers("survey-answer").len() == count + 1);
            // The unit with its Enter, a digit an item, one over all, one to save.
            let keys = terminal.keys();
            assert!(keys <= unit.len() + 1 + 10 + 1 + 1, "{keys} keys");
            terminal.sees("DA-");
        }
        // The same household once more: the form says by whom the place is taken.
        let first = office.numbers("survey-answer").pop().expect("the oldest stands last");
        terminal.press(&["4-1-101"]);
        terminal.rest();
        terminal.press(&["Enter"]);
        terminal.rest();
        terminal.press(&["5453454545", "1", "Ctrl+S"]);
        terminal.sees(&speaks.of("已被 NUMBER 占用", "Taken by NUMBER").replace("NUMBER", &first));
        assert_eq!(office.numbers("survey-answer").len(), 2);

        let case = office.case(&campaign);
        let result = &case["result"];
        assert_eq!(
            (result["answers"].as_i64(), result["handed_out_percent"].as_f64()),
            (Some(2), Some(50.0))
        );
        assert_eq!(result["overall"]["satisfied_percent"].as_f64(), Some(50.0));
        assert_eq!(result["overall"]["targets"][0]["reached"], false);
        assert_eq!(result["items"][0]["average"].as_f64(), Some(5.0));
        office.by(BOSS, &["act", &campaign, "close", "--set", "conclusion=需改进"]);
        let mut terminal = office.at_work(BOSS);
        terminal.press(&["Ctrl+F"]);
        terminal.sees("Enter");
        terminal.types(&campaign);
        terminal.wait_for("it is found", |screen| screen.matches(campaign.as_str()).count() > 1);
        terminal.rest();
        terminal.tap("Enter");
        terminal.sees(speaks.of("! 未达 75%", "! below 75"));
        terminal.sees("50.0%");
    }
}

#[test]
fn a_known_answer_is_found_read_out_and_counted() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let body = "body=# 要带什么\n- **身份证**\n- 图纸";
        let number = office.open(&[
            "answer",
            "--set",
            "question=动工前要办什么",
            "--set",
            "category=procedures",
            "--set",
            "keywords=装修,押金",
            "--set",
            body,
        ]);
        assert_eq!(office.case(&number)["uses"], 0);
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F2"]);
        terminal.sees("LD");
        terminal.press(&["Tab", "Tab", "Tab", "Tab", "Tab", "Tab"]);
        // By the pinyin of a keyword.
        terminal.press(&["zx"]);
        terminal.sees("动工前要办什么");
        terminal.press(&["Enter"]);
        terminal.sees("- 身份证");
        terminal.sees_no("**");
        terminal.press(&["Ctrl+S"]);
        until("it is used", || office.case(&number)["uses"] == 1);
        let call = office.case(&office.numbers("call")[0]);
        assert_eq!(
            (text(&call["state"]).as_str(), text(&call["detail"]["answer_used"])),
            ("answered", number.clone())
        );
        go_to(&mut terminal, speaks.of("问询答复", "Known answer"));
        terminal.sees(speaks.of("已用 1 次", "used 1 times"));
        // The receptionist reviews it, a supervisor retires it.
        terminal.press(&["F5"]);
        terminal.sees(speaks.of("答复内容", "Answer"));
        terminal.press(&["Ctrl+S"]);
        until("it is reviewed", || office.case(&number)["revision"] == 2);
        let refused = office.call(DESK, &["act", &number, "retire", "--set", "reason=过时"]);
        assert_eq!(refused.status.code(), Some(1));
        office.by(BOSS, &["act", &number, "retire", "--set", "reason=过时"]);
        assert_eq!(office.case(&number)["state"], "retired");
    }
}
