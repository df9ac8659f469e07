//! Printing at the screen: looked at first, saved where the dialog proposes, and the second one a copy.

use std::fs;
use std::path::Path;

use crate::office::{BOSS, Office, Speaks, text};

#[test]
fn a_release_pass_is_looked_at_saved_and_printed_again_as_a_copy() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let preview = speaks.of("预览  物品放行条", "Preview  Release Pass");
        let lines = r#"lines=[{"name": "红木沙发", "count": 1}]"#;
        let until =
            format!("valid_until={}", (chrono::Utc::now() + chrono::TimeDelta::hours(6)).to_rfc3339());
        let who = ["contact=张建国", "applicant_role=owner", "purpose=moving"];
        let mut pass = vec!["release-pass", "--unit", "3-2-1501", "--set", lines, "--set", &until];
        pass.extend(who.iter().flat_map(|pair| ["--set", pair]));
        let number = office.open(&pass);
        office.by(BOSS, &["act", &number, "approve"]);
        let home = tempfile::tempdir().expect("a directory");
        let at = home.path().to_str().expect("a path");
        // Both systems' names for the directory of a person.
        let mut terminal = office.screen_of(120, 36, &[("HOME", at), ("USERPROFILE", at)]);
        office.log_in(&mut terminal, BOSS);
        terminal.keys();
        terminal.tap("6");
        terminal.sees(&number);
        terminal.press(&["Ctrl+P"]);
        terminal.sees(speaks.of("存为文件:", "Save as:"));
        // Looking is no printing.
        terminal.press(&["F8"]);
        terminal.sees(preview);
        terminal.sees("红木沙发");
        // Esc and a key behind it at once would be another key.
        terminal.press(&["Esc"]);
        terminal.sees_no(preview);
        let file = format!("{number}-release-pass.pdf");
        terminal.sees(&file);
        terminal.press(&["Enter"]);
        terminal.wait_for("where it is", |screen| screen.contains(speaks.of("已存为", "saved as")));
        assert!(pdf(&home.path().join(&file)), "{}", terminal.screen());
        let prints = || {
            let case = office.case(&number);
            let entries = case["timeline"].as_array().expect("entries");
            entries
                .iter()
                .filter(|entry| entry["action"] == "printed")
                .map(|entry| text(&entry["by"]))
                .collect()
        };
        let by: Vec<String> = prints();
        assert_eq!(by, [BOSS]);
        // The next one says that it is a copy, and another path is taken as it is typed.
        terminal.press(&["Ctrl+P", "F8"]);
        terminal.sees(preview);
        terminal.sees(speaks.of("副本 1", "COPY 1"));
        terminal.press(&["Esc"]);
        terminal.sees_no(preview);
        let other = home.path().join("第二份.pdf");
        terminal.types(other.to_str().expect("a path"));
        terminal.press(&["F5"]);
        terminal.wait_for("the file", |_| pdf(&other));
        assert_eq!(prints(), [BOSS, BOSS]);
    }
}

fn pdf(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"%PDF-"))
}
