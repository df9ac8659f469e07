//! Reports in a terminal: from the month to a number, to its cases, and back.

use crate::office::{BOSS, DESK, Office, Speaks, text};

#[test]
fn a_number_of_a_report_leads_to_its_cases_and_back() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let complaint =
            ["--unit", "3-2-1501", "--set", "category=noise.neighbours", "--set", "content=楼上噪音"];
        let opened: Vec<&str> = ["open", "complaint"].into_iter().chain(complaint).collect();
        let number = text(&office.by(DESK, &opened)["number"]);
        let mut terminal = office.at_work(BOSS);
        terminal.tap("0");
        terminal.press(&["Ctrl+V"]);
        // The report comes from a thread of its own.
        terminal.sees(speaks.of("小结", "Summary"));
        terminal.press(&["Down", "Down", "Down"]);
        terminal.sees(speaks.of("投诉代码", "Code"));
        terminal.press(&["Enter", "Enter"]);
        terminal.sees(&number);
        terminal.press(&["Esc"]);
        terminal.sees(speaks.of("对应事项", "its cases"));
        terminal.press(&["Enter"]);
        terminal.sees(&number);
        terminal.press(&["Enter"]);
        terminal.sees("楼上噪音");
    }
}
