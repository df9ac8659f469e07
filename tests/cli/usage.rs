//! Help, languages, wrong usage, and output that nobody reads.

use std::process::Stdio;

use crate::{Office, PIN, run};

const COMMANDS: [&str; 20] = [
    "init",
    "operator",
    "import",
    "find",
    "kinds",
    "open",
    "act",
    "show",
    "list",
    "plan",
    "callbacks",
    "callback",
    "review",
    "sign-off",
    "backup",
    "restore",
    "retention",
    "doctor",
    "completions",
    "man",
];

/// Commands that other commands stand below.
const BELOW: [&str; 7] = [
    "operator add",
    "operator list",
    "operator disable",
    "operator enable",
    "operator set-role",
    "operator set-pin",
    "import households",
];

#[test]
fn every_command_has_help_with_an_example_in_both_languages() {
    for (lang, example) in [("en", "Example:"), ("zh-CN", "示例:")] {
        let office = Office { lang, ..Office::empty() };
        let root = run(office.call().arg("--help"));
        root.shows(example);
        for command in COMMANDS.iter().chain(&BELOW) {
            let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
            let help = run(office.call().args(&arguments));
            help.shows(example);
            help.shows(&format!("qiantai {command}"));
            assert!(root.out.contains(command.split(' ').next().unwrap()), "{command}");
            if lang == "zh-CN" {
                assert!(!help.out.contains("Options") && !help.out.contains("Print"), "{}", help.out);
            }
        }
    }
}

#[test]
fn wrong_usage_ends_with_two_and_says_where_help_is() {
    let office = Office::empty();
    for (arguments, words) in [
        (vec!["lst"], "no command lst"),
        (vec!["list"], "<KIND>"),
        (vec!["list", "repair", "--limit", "many"], "many does not fit --limit"),
        (vec!["list", "repair", "--limit", "0"], "0 does not fit --limit"),
        (vec!["show", "X", "--nothing"], "no argument --nothing"),
        (vec!["operator"], "command is missing"),
        (vec!["callback", "BX-20261124-001", "glad"], "satisfied, dissatisfied, unreached, unwanted"),
        (vec!["init", "--community", "A", "--role", "king"], "receptionist, supervisor, assistant"),
        (vec!["completions", "cmd"], "bash"),
        (vec!["--lang", "fr", "kinds"], "zh-CN"),
    ] {
        let ran = run(office.call().args(&arguments));
        ran.misused(words);
        assert!(ran.err.contains("--help"), "{arguments:?}: {}", ran.err);
    }
    let zh = Office::empty().in_chinese();
    run(zh.call().arg("lst")).misused("没有 lst 这个命令");
    run(zh.call().arg("list")).misused("还缺 <KIND>");
}

#[test]
fn an_operator_and_a_pin_are_needed_also_for_reading() {
    let office = Office::new();
    run(office.call().args(["list", "repair"])).misused("--operator");
    for nobody in ["", "  "] {
        let call = |office: &Office| {
            run(office
                .call()
                .env("QIANTAI_OPERATOR", nobody)
                .env("QIANTAI_PIN", PIN)
                .args(["list", "repair"]))
        };
        call(&office).misused("Say who you are");
        let given = ["--operator", nobody, "list", "repair"];
        run(office.call().env("QIANTAI_PIN", PIN).args(given)).misused("--operator NAME");
    }
    run(office.call().args(["--operator", "王敏", "list", "repair"])).refused("QIANTAI_PIN");
    let pin_as_argument = run(office.call().args(["--operator", "王敏", "--pin", PIN, "list", "repair"]));
    pin_as_argument.misused("--pin");
    let wrong =
        run(office.call().env("QIANTAI_PIN", "000000").args(["--operator", "王敏", "list", "repair"]));
    wrong.refused("Name or PIN is wrong");
    let nobody = run(office.call().env("QIANTAI_PIN", PIN).args(["--operator", "无名", "list", "repair"]));
    nobody.refused("Name or PIN is wrong");
    let right = run(office.call().env("QIANTAI_PIN", PIN).args(["--operator", "王敏", "list", "repair"]));
    assert_eq!(right.code, 0, "{}", right.err);
}

#[test]
fn output_that_nobody_reads_is_no_failure() {
    let office = Office::empty();
    let mut child = office
        .call()
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn completions_and_manual_pages_are_made() {
    let office = Office::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        run(office.call().args(["completions", shell])).shows("sign-off");
    }
    run(office.call().args(["man"])).shows(".TH qiantai");
    run(office.call().args(["man", "open"])).shows("FIELD=VALUE");
    run(office.call().args(["man", "nothing"])).misused("sign-off");
}
