//! An office to work in: a book set up through the command line, a roster taken in, people with PINs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::terminal::{Terminal, directory};

/// The PIN of everybody in these tests.
pub const PIN: &str = "246810";
/// The supervisor.
pub const BOSS: &str = "王敏";
/// The receptionist.
pub const DESK: &str = "李娜";

/// A language, as the program takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    Chinese,
    English,
}

impl Speaks {
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The words of this language.
    pub const fn of<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

/// The data directory of a community with a supervisor, a receptionist and a roster.
pub struct Office {
    dir: TempDir,
    path: PathBuf,
    pub speaks: Speaks,
}

impl Office {
    /// A community with a small roster.
    pub fn new(speaks: Speaks) -> Self {
        let office = Self::without_roster(speaks);
        office.import(&roster(30));
        office
    }

    /// A community that knows no household yet.
    pub fn without_roster(speaks: Speaks) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let office = Self { path: directory(&dir, "data").into(), dir, speaks };
        office.by(BOSS, &["init", "--community", "蔚蓝新都"]);
        office.by(BOSS, &["operator", "add", DESK, "--role", "receptionist"]);
        office
    }

    pub fn data(&self) -> String {
        self.path().to_str().expect("a plain path").to_owned()
    }

    /// The same as a path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes a roster in, and gives the report.
    pub fn import(&self, rows: &str) -> Value {
        let file = directory(&self.dir, "roster.csv");
        std::fs::write(&file, rows).expect("a file");
        self.by(BOSS, &["import", "households", &file])
    }

    /// A command, to be run.
    pub fn command(&self, operator: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qiantai"));
        command
            .args(["--data", &self.data(), "--lang", self.speaks.tag(), "--json"])
            .args(arguments)
            .env("QIANTAI_CONFIG", directory(&self.dir, "config"))
            .env("QIANTAI_OPERATOR", operator)
            .env("QIANTAI_PIN", PIN)
            .env("QIANTAI_NEW_PIN", PIN);
        command
    }

    /// Runs a command and gives what it left behind.
    pub fn call(&self, operator: &str, arguments: &[&str]) -> Output {
        self.command(operator, arguments).output().expect("the program runs")
    }

    /// Runs a command that must do what it is asked for, and gives its document.
    #[track_caller]
    pub fn by(&self, operator: &str, arguments: &[&str]) -> Value {
        let output = self.call(operator, arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        serde_json::from_slice(&output.stdout).expect("a document")
    }

    /// Runs a command as the receptionist.
    #[track_caller]
    pub fn desk(&self, arguments: &[&str]) -> Value {
        self.by(DESK, arguments)
    }

    /// Opens a case through the command line and gives its number.
    #[track_caller]
    pub fn open(&self, arguments: &[&str]) -> String {
        let arguments: Vec<&str> = ["open"].iter().chain(arguments).copied().collect();
        text(&self.desk(&arguments)["number"])
    }

    /// Somebody of the engineering department.
    #[track_caller]
    pub fn engineer(&self) -> String {
        let kind = self.desk(&["kinds", "repair"]);
        let actions = kind["actions"].as_array().expect("actions");
        let dispatch = actions.iter().find(|action| action["action"] == "dispatch").expect("dispatching");
        text(&dispatch["inputs"][0]["options"][0]["id"])
    }

    /// The case of a number.
    #[track_caller]
    pub fn case(&self, number: &str) -> Value {
        self.desk(&["show", number])
    }

    /// Numbers of all cases of a kind, the newest first.
    #[track_caller]
    pub fn numbers(&self, kind: &str) -> Vec<String> {
        let list = self.desk(&["list", kind]);
        list["cases"].as_array().expect("a list").iter().map(|case| text(&case["number"])).collect()
    }

    /// The screen in a terminal of the usual size.
    pub fn screen(&self) -> Terminal {
        self.screen_of(120, 36, &[])
    }

    /// The screen in a terminal of that size, with more environment.
    pub fn screen_of(&self, columns: u16, rows: u16, more: &[(&str, &str)]) -> Terminal {
        let config = directory(&self.dir, "config");
        let mut environment = vec![("QIANTAI_CONFIG", config.as_str())];
        environment.extend(more);
        Terminal::start(&["--data", &self.data(), "--lang", self.speaks.tag()], &environment, columns, rows)
    }

    /// The screen with somebody logged in.
    pub fn at_work(&self, who: &str) -> Terminal {
        let mut terminal = self.screen();
        self.log_in(&mut terminal, who);
        terminal.keys();
        terminal
    }

    /// Logs somebody in, from the login on.
    pub fn log_in(&self, terminal: &mut Terminal, who: &str) {
        let choose = self.speaks.of("选择", "Choose");
        // The name may stand in what lies behind the login, too.
        let digit = |screen: &str| {
            screen.lines().find_map(|line| {
                let line = line.trim_start_matches(|c: char| !c.is_ascii_digit());
                let (digit, rest) = line.split_at_checked(1)?;
                rest.trim_start().starts_with(who).then(|| digit.to_owned())
            })
        };
        let what = format!("{who} at the login");
        terminal.wait_for(&what, |screen| screen.contains(choose) && digit(screen).is_some());
        let digit = digit(&terminal.screen()).expect("it was there");
        terminal.press(&[&digit]);
        terminal.sees(self.speaks.of("口令 [", "PIN ["));
        terminal.types(PIN);
        terminal.press(&["Enter"]);
        terminal.wait_for("the tabs", |screen| {
            let top = screen.lines().next().unwrap_or_default();
            top.contains(who)
        });
    }
}

/// Opens a call of the household of 张建国, and types into its content.
pub fn begin_call(terminal: &mut Terminal, words: &str) {
    terminal.press(&["F2"]);
    terminal.sees("LD");
    terminal.press(&["5678"]);
    terminal.sees("138****5678");
    terminal.press(&["Enter", "Tab"]);
    terminal.types(words);
    terminal.sees(words);
}

/// A roster with so many units, among them 3-2-1501 of 张建国.
pub fn roster(units: usize) -> String {
    const FAMILY: [&str; 10] = ["王", "李", "赵", "刘", "陈", "杨", "黄", "周", "吴", "徐"];
    const GIVEN: [&str; 7] = ["伟", "芳", "秀英", "敏", "静", "丽娟", "强"];
    let mut rows = String::from("楼号,单元,房间,业主姓名,手机号,面积\n");
    rows.push_str("3,2,1501,张建国,13800005678,107.5\n1,1,904,郑建刚,13600000923,88\n");
    for unit in 0..units {
        let (building, room) = (unit / 400 + 4, (unit % 400) / 4 * 100 + unit % 4 + 101);
        let name = format!("{}{}", FAMILY[unit % 10], GIVEN[unit % 7]);
        writeln!(rows, "{building},1,{room},{name},139{:08},96.3", unit + 1).expect("a text takes it");
    }
    rows
}

/// A text of a document.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
